import { expect, test } from 'vitest'
import { untunedManifest } from '#planners/linear/model/manifest.ts'
import { canonicalJson, digest, seedOf } from '#runtime/core/identity.ts'
import { State } from '#runtime/state/state.ts'
import type { DatasetDecided, ReleaseDecided } from '#schemas/events.ts'
import { decide, type Facts } from '#services/strategist/decide.ts'
import { topic } from '#topology/topic-names.ts'
import type { Inbound } from '#topology/types.ts'

const facts: NonNullable<Facts> = {
  tools: [{ name: 'quote', description: 'Price.' }],
  targets: { accuracy: 0.9, margin: 0.01, stratumMargin: 0.05 },
}
const untuned = digest(canonicalJson(untunedManifest('desk', facts.tools)))
const envelope = { id: 'x', parents: [], at: 1, agent: 'desk' }

function dataset(version: number, over: Partial<DatasetDecided> = {}): DatasetDecided {
  return {
    ...envelope,
    outcome: 'curated',
    reasons: [],
    version,
    dataset: `dataset-${version}`,
    evaluation: `evaluation-${version}`,
    gold: 200,
    trainingRows: 1000,
    syntheticRows: 0,
    evaluationRows: 200,
    families: 200,
    refusedLeaks: 0,
    ...over,
  }
}

function release(
  datasetVersion: number,
  rung: ReleaseDecided['rung'],
  over: Partial<ReleaseDecided> = {},
): ReleaseDecided {
  return {
    ...envelope,
    outcome: 'rejected',
    planner: untuned,
    candidate: 'c',
    previous: null,
    rung,
    datasetVersion,
    evaluationId: 'e',
    requestId: 'r',
    reasons: [],
    accuracy: 0.5,
    difference: 0.01,
    lower: -0.01,
    upper: 0.03,
    ...over,
  }
}

const promoted = (version: number, rung: ReleaseDecided['rung'], planner: string, over: Partial<ReleaseDecided> = {}) =>
  release(version, rung, { outcome: 'promoted', planner, candidate: planner, accuracy: 0.7, ...over })

function climber() {
  const state = new State()
  return (...events: (DatasetDecided | ReleaseDecided)[]) =>
    events.flatMap(event => {
      const from = 'version' in event ? topic.datasets : topic.releases
      const {
        emit = [],
        stateChanges = [],
        objects = [],
      } = decide({ topic: from, event } as Inbound<'strategist'>, facts, state)
      state.apply(stateChanges)
      return emit.map(out => ({ ...out.event, stored: objects.map(bytes => digest(bytes)) }))
    })
}

/** `outcome rung version` of each. */
function told(events: readonly { outcome: string; rung: string; datasetVersion: number }[]): string[] {
  return events.map(({ outcome, rung, datasetVersion }) => `${outcome} ${rung} ${datasetVersion}`)
}

test('a dataset asks for the prompt rung against the untuned planner, which is stored', () => {
  expect(climber()(dataset(1))).toMatchObject([
    {
      outcome: 'requested',
      rung: 'prompt',
      datasetVersion: 1,
      dataset: 'dataset-1',
      evaluation: 'evaluation-1',
      baseline: untuned,
      stored: [untuned],
      seed: seedOf('strategist/v1', 'dataset-1/prompt'),
    },
  ])
})

test('each answer leads to the next rung, against what is served by then, and the last one settles', () => {
  const see = climber()
  see(dataset(1))
  expect(see(promoted(1, 'prompt', 'p1'))).toMatchObject([
    { outcome: 'requested', rung: 'trajectory', baseline: 'p1', stored: [] },
  ])
  expect(see(release(1, 'trajectory', { planner: 'p1', previous: 'p1' }))).toMatchObject([
    { rung: 'lora', baseline: 'p1' },
  ])
  expect(see(promoted(1, 'lora', 'l1'))).toMatchObject([
    {
      outcome: 'settled',
      rung: 'lora',
      baseline: 'l1',
      reasons: [
        'no rung is left',
        'prompt on version 1 promoted, difference 0.0100, lower bound -0.0100',
        'trajectory on version 1 rejected, difference 0.0100, lower bound -0.0100',
        'lora on version 1 promoted, difference 0.0100, lower bound -0.0100',
      ],
    },
  ])
})

test('reaching the target settles early', () => {
  const see = climber()
  see(dataset(1))
  expect(see(promoted(1, 'prompt', 'p1', { accuracy: 0.91 }))).toMatchObject([
    { outcome: 'settled', rung: 'prompt', reasons: expect.arrayContaining(['accuracy 0.9100 reaches the target 0.9']) },
  ])
})

test('answers to another dataset, another rung or nothing are ignored', () => {
  const see = climber()
  expect(see(release(1, 'prompt'))).toEqual([])
  see(dataset(2))
  expect(see(release(1, 'prompt'), release(2, 'lora'))).toEqual([])
  expect(told(see(release(2, 'prompt'), release(2, 'prompt')))).toEqual(['requested trajectory 2'])
})

test('a dataset that comes while climbing waits; only the newest one follows', () => {
  const see = climber()
  see(dataset(1))
  expect(see(dataset(2), dataset(3))).toEqual([])
  see(release(1, 'prompt'), release(1, 'trajectory'))
  expect(told(see(release(1, 'lora')))).toEqual(['settled lora 1', 'requested prompt 3'])
})

test('a dataset is climbed once, however often it is told', () => {
  const see = climber()
  see(dataset(1), dataset(1), release(1, 'prompt'), release(1, 'trajectory'))
  expect(told(see(release(1, 'lora'), dataset(1)))).toEqual(['settled lora 1'])
})

test('a rung without a promotion in two tries rests until the dataset has grown by half', () => {
  const see = climber()
  const round = (version: number, trainingRows: number) => [
    ...see(dataset(version, { trainingRows })),
    ...see(
      release(version, 'prompt', version === 1 ? {} : { planner: `l${version - 1}`, previous: `l${version - 1}` }),
    ),
    ...see(promoted(version, 'trajectory', `t${version}`)),
    ...see(promoted(version, 'lora', `l${version}`)),
  ]
  round(1, 1000)
  round(2, 1100)
  const third = see(dataset(3, { trainingRows: 1600 }))
  expect(told(third)).toEqual(['skipped prompt 3', 'requested trajectory 3'])
  expect(third[0]?.reasons).toEqual([
    expect.stringMatching(/^no promotion in the last 2 tries .* 1600 training rows are fewer than 1650$/),
  ])
  see(promoted(3, 'trajectory', 't3'), promoted(3, 'lora', 'l3'))
  expect(told(see(dataset(4, { trainingRows: 1650 })))).toEqual(['requested prompt 4'])
})

test('when every rung rests, the dataset settles at once', () => {
  const see = climber()
  for (const version of [1, 2])
    see(dataset(version), release(version, 'prompt'), release(version, 'trajectory'), release(version, 'lora'))
  expect(told(see(dataset(3)))).toEqual([
    'skipped prompt 3',
    'skipped trajectory 3',
    'skipped lora 3',
    'settled lora 3',
  ])
})

test('a rung judged against something not served any more is asked for again and is no try', () => {
  const see = climber()
  see(dataset(1), promoted(1, 'prompt', 'p1'))
  const again = see(release(1, 'trajectory', { planner: 'rolled-back', previous: 'rolled-back' }))
  expect(again).toMatchObject([{ outcome: 'requested', rung: 'trajectory', baseline: 'rolled-back' }])
  expect(told(see(release(1, 'trajectory', { planner: 'rolled-back', previous: 'rolled-back' })))).toEqual([
    'requested lora 1',
  ])
})

test('a roll-back outside the climb changes the baseline of the next request', () => {
  const see = climber()
  see(dataset(1), promoted(1, 'prompt', 'p1', { accuracy: 0.95 }))
  see(release(1, 'prompt', { outcome: 'rolledBack', planner: 'p0', previous: 'p1' }))
  expect(see(dataset(2))).toMatchObject([{ baseline: 'p0' }])
})

test('a rollback answers no request, even with the rung and dataset version of the one that is pending', () => {
  const see = climber()
  see(dataset(1), promoted(1, 'prompt', 'p1'))
  expect(see(release(1, 'trajectory', { outcome: 'rolledBack', planner: 'p0', previous: 'p1' }))).toEqual([])
  expect(see(release(1, 'trajectory', { planner: 'p0', previous: 'p0' }))).toMatchObject([
    { outcome: 'requested', rung: 'trajectory', baseline: 'p0' },
  ])
})

test('a rejected first candidate leaves the untuned planner as baseline, and nothing waits for waiting datasets', () => {
  const see = climber()
  see(dataset(1))
  expect(see(release(1, 'prompt'))).toMatchObject([{ baseline: untuned, stored: [untuned] }])
  expect(see(dataset(2, { outcome: 'waiting', dataset: null, evaluation: null }))).toEqual([])
})
