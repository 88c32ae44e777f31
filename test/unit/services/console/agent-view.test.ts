import { describe, expect, it } from 'vitest'
import { requiredValue } from '#runtime/core/checked.ts'
import type { FollowedEvent } from '#runtime/service.ts'
import { estimateRows, reviewedScores } from '#services/_cli/estimates.ts'
import { agentView } from '#services/console/agent-view.ts'
import { type AgentHistory, applyRecord, MAX_EVENTS } from '#services/console/history.ts'
import { toAgentDescribed } from '#services/ingest/agent-described.ts'
import { wilson } from '#statistics/intervals.ts'
import { topic } from '#topology/topic-names.ts'
import { dataset, evaluation, release, score } from './events.ts'

const now = 1_000_000

/** The view of the agent after it was followed through these records. */
const viewAfter = (...records: Omit<FollowedEvent<'console'>, 'timestamp' | 'headers'>[]) => {
  const histories = new Map<string, AgentHistory>()
  for (const record of records)
    applyRecord(histories, { ...record, timestamp: now, headers: {} } as FollowedEvent<'console'>)
  return agentView('desk', requiredValue(histories, 'desk'), now)
}
const released = (over = {}) => ({ topic: topic.releases, event: release(over) }) as const
const evaluated = (over = {}) => ({ topic: topic.evaluations, event: evaluation(over) }) as const
const curated = (over = {}) => ({ topic: topic.datasets, event: dataset(over) }) as const
const scored = (over = {}) => ({ topic: topic.scoredSamples, event: score(over) }) as const

describe('an agent', () => {
  it('starts with its catalogue and the untuned planner', () => {
    const described = toAgentDescribed('desk', { name: 'Desk', tools: [{ name: 'quote', description: 'Price.' }] }, now)
    expect(viewAfter({ topic: topic.agents, event: described })).toEqual({
      agent: 'desk',
      name: 'Desk',
      tools: 1,
      release: null,
      candidates: [],
      turnsOfDayAtLeast: 0,
      emerging: [],
      judges: [],
      datasets: [],
      waiting: [],
      releases: [],
      quality: { sampled: 0, gold: 0, used: 0, until: null, mean: null, interval: null, biasedMean: null },
    })
  })

  it('shows what gold last said of each version of the judge', () => {
    const version = { judge: 'model/v1', rubric: 'r', prompt: 'p', model: 'm' }
    const measured = {
      rows: 50,
      area: 0.9,
      kappa: 0.5,
      truePositiveRate: 1,
      trueNegativeRate: 0.5,
      calibrationError: 0,
    }
    const examined = (outcome: 'released' | 'quarantined', over = {}) => {
      const event = { id: 'x', parents: [], at: now, agent: 'desk', ...version, outcome, reasons: ['why'], ...measured }
      return { topic: topic.judgeExaminations, event: { ...event, probes: [], ...over } } as const
    }
    const view = viewAfter(examined('released'), examined('released', { model: 'other' }), examined('quarantined'))
    expect(view.judges).toEqual([
      { at: now, ...version, outcome: 'quarantined', reasons: ['why'] },
      { at: now, ...version, model: 'other', outcome: 'released', reasons: ['why'] },
    ])
  })

  it('is served by the newest promotion or roll-back, with the interval of its accuracy', () => {
    const view = viewAfter(evaluated(), released(), released({ id: 'r2', outcome: 'rejected', evaluationId: 'e2' }))
    expect(view.release).toMatchObject({
      id: 'r1',
      planner: 'c'.repeat(64),
      accuracy: 0.9,
      rows: 400,
      interval: wilson(360, 400),
    })
    expect(viewAfter(released()).release).toMatchObject({ rows: null, interval: null })
    expect(viewAfter(released(), released({ id: 'back', outcome: 'rolledBack' })).release).toMatchObject({ id: 'back' })
  })

  it('shows what the gate said of each candidate, a roll-back aside', () => {
    const { candidates } = viewAfter(
      evaluated(),
      released(),
      evaluated({ id: 'e2', rung: 'prompt' }),
      released({ id: 'back', outcome: 'rolledBack' }),
    )
    expect(candidates).toMatchObject([
      { evaluationId: 'e2', rung: 'prompt', outcome: 'pending', difference: null, interval: null, reasons: [] },
      {
        evaluationId: 'e1',
        outcome: 'promoted',
        difference: 0.1,
        interval: { lower: 0.06, upper: 0.14 },
        reasons: ['better by 10 points'],
      },
    ])
  })

  it('shows what production and the released planner do beside each candidate', () => {
    const production = {
      ...{ rows: 50, effectiveRows: 40, accuracy: 0.995, candidateAccuracy: 0.76, gained: 0, lost: 12 },
      ...{ difference: -0.235, lower: -0.35, upper: -0.12, latencyMs: null, strata: [] },
    }
    const { candidates } = viewAfter(
      evaluated({ production }),
      released(),
      evaluated({ id: 'e2', baseline: 'c'.repeat(64) }),
    )
    expect(candidates).toMatchObject([
      { evaluationId: 'e2', production: null, baselineReleased: true },
      { evaluationId: 'e1', production: { accuracy: 0.995, rows: 50 }, baselineReleased: false },
    ])
  })

  it('shows datasets, and why there is no newer one', () => {
    const view = viewAfter(
      curated(),
      curated({ version: 2 }),
      curated({ outcome: 'waiting', reasons: ['20 of 200 gold'] }),
    )
    expect(view.datasets.map(({ version }) => version)).toEqual([2, 1])
    expect(view.waiting).toEqual(['20 of 200 gold'])
    expect(viewAfter(curated({ outcome: 'waiting', reasons: ['x'] }), curated()).waiting).toEqual([])
  })

  it('estimates quality from trusted scores against gold alone, the newest of each sample', () => {
    const { quality } = viewAfter(
      scored({ source: 'production', score: 0.2 }),
      scored({ score: 0 }),
      scored({ score: 1 }),
      scored({ score: 0, trusted: false }),
      scored({ sampleId: 's2', source: 'production', score: 0.1, inclusionProbability: 1 }),
      scored({ sampleId: 's3', source: 'synthetic', score: 0 }),
      scored({ sampleId: 's4', score: 0 }),
    )
    expect(quality).toMatchObject({ sampled: 2, gold: 1, used: 1, mean: 1 })
  })

  it('has the quality that `flywheel estimate` tells: corrections, and what may be one, are in neither', () => {
    const sampled = { source: 'production', score: 0.5 } as const
    const scores = [
      score({ ...sampled, sampleId: 'a', inclusionProbability: 0.2 }),
      score({ ...sampled, sampleId: 'b', inclusionProbability: 0.8, arms: ['uncertain', 'random'] }),
      score({ ...sampled, sampleId: 'late', inclusionProbability: 1, arms: ['random', 'correction'] }),
      score({ sampleId: 'a', score: 0.2, inclusionProbability: 0.2 }),
      score({ sampleId: 'b', score: 0.9, inclusionProbability: 0.8, arms: ['uncertain', 'random'] }),
      score({ sampleId: 'late', score: 0, inclusionProbability: 1, arms: ['random', 'correction'] }),
      score({ sampleId: 'forgotten', score: 0, inclusionProbability: 1, arms: [] }),
      score({ sampleId: 'b', score: 0.7, inclusionProbability: 0.8, arms: ['uncertain', 'random'] }),
    ]
    const { quality } = viewAfter(...scores.map(event => ({ topic: topic.scoredSamples, event })))
    const [estimate] = estimateRows(reviewedScores(scores), 'score', undefined)
    expect(quality).toMatchObject({ sampled: 2, gold: 2, mean: estimate?.mean, biasedMean: estimate?.biasedMean })
    expect(quality.mean).toBeCloseTo((5 * 0.2 + 1.25 * 0.7) / 6.25)
  })

  it('keeps the newest', () => {
    const { releases } = viewAfter(...Array.from({ length: MAX_EVENTS + 1 }, (_, at) => released({ id: `r${at}` })))
    expect([releases.length, releases[0]?.id, releases.at(-1)?.id]).toEqual([MAX_EVENTS, `r${MAX_EVENTS}`, 'r1'])
  })
})
