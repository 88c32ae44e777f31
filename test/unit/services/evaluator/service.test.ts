import { expect, test } from 'vitest'
import type { ModelHost } from '#planners/hosts/model-host.ts'
import { canonicalJson, digest } from '#runtime/core/identity.ts'
import { State } from '#runtime/state/state.ts'
import type { PromptTuned } from '#schemas/events.ts'
import type { DatasetRow, EvaluationResults, EvaluationSet } from '#schemas/objects.ts'
import { evaluator } from '#services/evaluator/service.ts'
import { topic } from '#topology/topic-names.ts'

const rows: DatasetRow[] = ['a', 'b', 'c', 'd'].map(name => ({
  id: `row-${name}`,
  family: `family-${name}`,
  question: `ask ${name}`,
  earlier: ['before'],
  tool: name < 'c' ? 'quote' : 'fees',
  argument: '',
  synthetic: false,
  inclusionProbability: 1,
}))
const set: EvaluationSet = { format: 1, agent: 'desk', rows }
const evaluation = digest(canonicalJson(set))

const event: PromptTuned = {
  id: 'tuned',
  parents: [],
  at: 1,
  agent: 'desk',
  requestId: 'request',
  datasetVersion: 3,
  evaluation,
  baseline: 'base',
  candidate: 'better',
  searchScore: 1,
  heldScore: 1,
  mutantsTried: 1,
  seconds: 1,
}

/** The base always quotes; the candidate knows but confuses the last row. Every question asked is written down. */
function fakePorts() {
  const asked: string[] = []
  const models: ModelHost = {
    load: async name => ({
      digest: name,
      plan: async (question, earlier, family) => {
        asked.push(`${name} ${question} ${earlier} ${family}`)
        const gold = rows.find(row => row.question === question)?.tool ?? ''
        const tool = name === 'base' ? 'quote' : question === 'ask d' ? 'other' : gold
        return { tool, argument: question, confidence: 1, margin: 1, ranking: [], exampleIds: [] }
      },
    }),
  }
  const objects = { get: async () => Buffer.from(canonicalJson(set)) }
  return { asked, ports: { models, objects } }
}

async function evaluated(inbound: Parameters<NonNullable<typeof evaluator.gather>>[0], { ports } = fakePorts()) {
  const run = await evaluator.gather?.(inbound, ports, new AbortController().signal)
  if (run === undefined) throw new Error('nothing gathered')
  return evaluator.decide?.(inbound, run, new State())
}

test('both planners answer the same rows, and the pairs are stored under the digest in the event', async () => {
  const decision = await evaluated({ topic: topic.tunedPrompts, event })
  const [object] = decision?.objects ?? []
  expect(decision?.emit?.[0]?.event).toMatchObject({
    requestId: 'request',
    datasetVersion: 3,
    rung: 'prompt',
    rows: 4,
    candidateAccuracy: 0.75,
    baselineAccuracy: 0.5,
    gained: 1,
    lost: 0,
    strata: [
      { name: 'fees', rows: 2, gained: 1, lost: 0 },
      { name: 'quote', rows: 2, gained: 0, lost: 0 },
    ],
    results: digest(object ?? ''),
  })
  const results: EvaluationResults = JSON.parse(Buffer.from(object ?? '').toString())
  expect(results.rows[3]).toEqual({
    inclusionProbability: 1,
    id: 'row-d',
    tool: 'fees',
    candidateTool: 'other',
    baselineTool: 'quote',
  })
})

test('the family of each row is passed, and who goes first alternates', async () => {
  const fake = fakePorts()
  await evaluated({ topic: topic.tunedPrompts, event }, fake)
  const measured = fake.asked.slice(-8)
  expect(measured[0]).toBe('better ask a before family-a')
  expect(measured.map(line => line.split(' ')[0])).toEqual([
    'better',
    'base',
    'base',
    'better',
    'better',
    'base',
    'base',
    'better',
  ])
})

test('the topic says which rung made the candidate', async () => {
  const trained = {
    ...event,
    adapter: 'a',
    rank: 8,
    trainableParameters: 1,
    totalParameters: 2,
    validationAccuracy: 1,
    tries: 1,
    lane: 'embedded',
  }
  expect((await evaluated({ topic: topic.trainedModels, event: trained }))?.emit?.[0]?.event).toMatchObject({
    rung: 'lora',
  })
  const proven = { ...event, examples: 'x', admitted: 1, unaided: 1, refused: 1 }
  expect((await evaluated({ topic: topic.goldenTrajectories, event: proven }))?.emit?.[0]?.event).toMatchObject({
    rung: 'trajectory',
  })
})

test('a stop in the middle ends the run', async () => {
  const stop = AbortSignal.abort(new Error('stopped'))
  await expect(evaluator.gather?.({ topic: topic.tunedPrompts, event }, fakePorts().ports, stop)).rejects.toThrow(
    'stopped',
  )
})
