import { expect, test } from 'vitest'
import type { EvaluationResults } from '#schemas/objects.ts'
import { decide as evaluate } from '#services/evaluator/decide.ts'
import { decide as promote } from '#services/promoter/decide.ts'
import { mulberry32, type Random } from '#statistics/random.ts'
import { given } from '#test/support/given.ts'
import { topic } from '#topology/topic-names.ts'
import { promptTuned } from '../unit/services/evaluator/events.ts'
import { margins } from '../unit/services/promoter/makers.ts'

/** Accuracies in production, and how many turns were reviewed for evaluation. */
type Simulated = { readonly agent: number; readonly candidate: number; readonly rows: number }

/** A third of the turns of production are hard: answered wrongly three times as often, and sampled five times as often. */
function simulateRows(random: Random, { agent, candidate, rows }: Simulated): EvaluationResults['rows'] {
  const answer = (accuracy: number, hard: boolean) => {
    const wrong = (1 - accuracy) / (2 / 3 + 3 / 3)
    return random() < (hard ? 3 * wrong : wrong) ? 'fees' : 'quote'
  }
  return Array.from({ length: rows }, (_, at) => {
    const hard = random() < 5 / 7
    return {
      ...{ id: `${at}`, tool: 'quote', candidateTool: answer(candidate, hard), baselineTool: answer(0.3, hard) },
      inclusionProbability: hard ? 0.5 : 0.1,
      logged: { tool: answer(agent, hard), planner: null, latencyMs: null },
    }
  })
}

/** Evaluates and decides on one candidate, as the two services do, while nothing is released and no latency is logged. */
function release(rows: EvaluationResults['rows']) {
  const results = { format: 2, candidate: 'better', baseline: 'base', rows } as const
  const run = { results, candidateLatencyMs: 1, baselineLatencyMs: 1000 }
  const evaluated = evaluate({ topic: topic.tunedPrompts, event: promptTuned() }, run).emit?.[0]
  if (evaluated === undefined) throw new Error('the evaluator emits nothing')
  const event = { ...evaluated.event, id: 'evaluation', parents: [], at: 2 }
  return given(promote).when({ topic: topic.evaluations, event }, margins).events[0]
}

/** Share of the candidates that are promoted. */
function promotedShare(random: Random, candidates: readonly Simulated[]): number {
  const promoted = candidates.filter(one => isPromoted(release(simulateRows(random, one))))
  return promoted.length / candidates.length
}

const isPromoted = (event: object | undefined): boolean =>
  event !== undefined && 'outcome' in event && event.outcome === 'promoted'

const between = (random: Random, low: number, high: number): number => low + (high - low) * random()

test('of 200 agents with accuracies from .5 to .99, none loses to a worse candidate in more than 5% of runs (seed 15)', () => {
  const random = mulberry32(15)
  const bands = Array.from({ length: 10 }, (_band, band) =>
    Array.from({ length: 20 }, (_agent, at) => 0.5 + (0.49 * (20 * band + at)) / 199),
  )
  const shares = bands.map(agents => {
    const candidates = agents.flatMap(agent =>
      Array.from({ length: 40 }, () => {
        const rows = Math.floor(between(random, 40, 500))
        return { agent, candidate: agent - between(random, 0.001, 0.05), rows }
      }),
    )
    return promotedShare(random, candidates)
  })
  expect(Math.max(...shares)).toBeLessThanOrEqual(0.05)
})

test('a candidate that is better than the agent by 8 points is promoted in most runs (seed 16)', () => {
  const candidates = Array.from({ length: 200 }, () => ({ agent: 0.85, candidate: 0.93, rows: 800 }))
  expect(promotedShare(mulberry32(16), candidates)).toBeGreaterThan(0.8)
})

test('a planner at 76% is never promoted over an agent at 99.5%, and the comparison is in the release (seeds 1 to 50)', () => {
  const releases = Array.from({ length: 50 }, (_, seed) =>
    release(simulateRows(mulberry32(seed + 1), { agent: 0.995, candidate: 0.76, rows: 200 })),
  )
  for (const event of releases)
    expect(event).toMatchObject({
      outcome: 'rejected',
      reasons: expect.arrayContaining([
        expect.stringMatching(/^no: against the agent in production: accuracy 0\.\d+ against/),
      ]),
    })
})
