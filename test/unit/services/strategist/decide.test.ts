import { describe, expect, test } from 'vitest'
import { kindOf } from '#planners/kinds.ts'
import { canonicalJson, digest, seedOf } from '#runtime/core/identity.ts'
import type { DatasetDecided, ReleaseDecided } from '#schemas/events.ts'
import { decide, type Facts } from '#services/strategist/decide.ts'
import { given } from '#test/support/given.ts'
import { topic } from '#topology/topic-names.ts'

const facts: NonNullable<Facts> = {
  tools: [{ name: 'quote', description: 'Price.' }],
  targets: { accuracy: 0.9, margin: 0.01, stratumMargin: 0.05 },
}
const basis = { agent: 'desk', tools: facts.tools }
const untuned = digest(canonicalJson(kindOf(basis).baseOf(basis)))
const envelope = { id: 'x', parents: [], at: 1, agent: 'desk' }

type Rung = ReleaseDecided['rung']

function dataset(version: number, over: Partial<DatasetDecided> = {}) {
  const event: DatasetDecided = {
    ...envelope,
    ...{ outcome: 'curated', reasons: [], version, dataset: `dataset-${version}`, evaluation: `evaluation-${version}` },
    ...{ gold: 200, trainingRows: 1000, syntheticRows: 0, evaluationRows: 200, families: 200, refusedLeaks: 0 },
    ...over,
  }
  return { topic: topic.datasets, event } as const
}

/** The gate rejects the candidate of a request; `served` is what is served, null for the untuned planner. */
function rejected(
  datasetVersion: number,
  rung: Rung,
  served: string | null = null,
  over: Partial<ReleaseDecided> = {},
) {
  const event: ReleaseDecided = {
    ...envelope,
    ...{ outcome: 'rejected', planner: served ?? untuned, candidate: 'c', previous: served, rung, datasetVersion },
    ...{ evaluationId: 'e', requestId: 'r', reasons: [], accuracy: 0.5, difference: 0.01, lower: -0.01, upper: 0.03 },
    ...over,
  }
  return { topic: topic.releases, event } as const
}

const promoted = (version: number, rung: Rung, planner: string, over: Partial<ReleaseDecided> = {}) =>
  rejected(version, rung, null, { outcome: 'promoted', planner, candidate: planner, accuracy: 0.7, ...over })

const requested = (rung: Rung, datasetVersion: number) => ({ outcome: 'requested', rung, datasetVersion })
const skipped = (rung: Rung, datasetVersion: number) => ({ outcome: 'skipped', rung, datasetVersion })
const settled = (rung: Rung, datasetVersion: number) => ({ outcome: 'settled', rung, datasetVersion })

describe('a dataset', () => {
  test('requests the prompt rung against the untuned planner, which is stored', () => {
    const { objects, events } = given(decide).when(dataset(1), facts)
    expect(objects.map(bytes => digest(bytes))).toEqual([untuned])
    expect(events).toEqual([
      {
        ...{ agent: 'desk', outcome: 'requested', rung: 'prompt', datasetVersion: 1 },
        ...{ dataset: 'dataset-1', evaluation: 'evaluation-1', baseline: untuned },
        seed: seedOf('strategist/v1', 'dataset-1/prompt'),
        reasons: ['version 1 has 1000 training rows', 'accuracy unknown, target 0.9', 'first attempt of this rung'],
      },
    ])
  })

  test('is remembered with its open request', () => {
    const ground = { version: 1, dataset: 'dataset-1', evaluation: 'evaluation-1', trainingRows: 1000, at: 1 }
    const climb = { ground, pending: { rung: 'prompt', baseline: untuned } }
    given(decide)
      .when(dataset(1), facts)
      .then(
        [requested('prompt', 1)],
        [{ collection: 'standing/desk', key: 'desk', value: { version: 1, climb, next: null, served: null } }],
      )
  })

  test('that waited is requested no earlier than it was curated, whichever release ends its wait', () => {
    const { state } = given(decide).whenEach([dataset(1, { at: 1000 }), dataset(2, { at: 9000 })], facts)
    const { emit } = decide(promoted(1, 'prompt', 'p1', { at: 1000, accuracy: 0.95 }), facts, state)
    expect(emit).toMatchObject([
      { event: settled('prompt', 1), notBefore: 1000 },
      { event: requested('prompt', 2), notBefore: 9000 },
    ])
  })

  test('waits while a request is open; only the newest one follows', () => {
    given(decide)
      .whenEach([dataset(1), dataset(2), dataset(3)], facts)
      .then([requested('prompt', 1)])
      .whenEach([rejected(1, 'prompt'), rejected(1, 'trajectory'), rejected(1, 'lora')], facts)
      .then([requested('trajectory', 1), requested('lora', 1), settled('lora', 1), requested('prompt', 3)])
  })

  test('is started once, however often its event comes', () => {
    given(decide)
      .whenEach([dataset(1), dataset(1), rejected(1, 'prompt'), rejected(1, 'trajectory')], facts)
      .then([requested('prompt', 1), requested('trajectory', 1), requested('lora', 1)])
      .whenEach([rejected(1, 'lora'), dataset(1)], facts)
      .then([settled('lora', 1)])
  })

  test('that waits for gold decides nothing', () => {
    const waiting = dataset(1, { outcome: 'waiting', dataset: null, evaluation: null })
    given(decide).when(waiting, undefined).when(waiting, facts).then([], [])
  })
})

describe('a release', () => {
  test('of the open request leads to the next rung, against what is served by then; the last rung settles', () => {
    given(decide)
      .whenEach([dataset(1), promoted(1, 'prompt', 'p1')], facts)
      .then([requested('prompt', 1), { ...requested('trajectory', 1), baseline: 'p1' }])
      .when(rejected(1, 'trajectory', 'p1'), facts)
      .then([{ ...requested('lora', 1), baseline: 'p1' }])
      .when(promoted(1, 'lora', 'l1'), facts)
      .then([
        {
          ...settled('lora', 1),
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

  test('that reaches the target settles the dataset', () => {
    given(decide)
      .whenEach([dataset(1), promoted(1, 'prompt', 'p1', { accuracy: 0.91 })], facts)
      .then([
        requested('prompt', 1),
        { ...settled('prompt', 1), reasons: expect.arrayContaining(['accuracy 0.9100 reaches the target 0.9']) },
      ])
  })

  test('of another dataset, another rung or no open request leads to nothing', () => {
    given(decide)
      .when(rejected(1, 'prompt'), facts)
      .then([])
      .whenEach([dataset(2), rejected(1, 'prompt'), rejected(2, 'lora')], facts)
      .then([requested('prompt', 2)])
      .whenEach([rejected(2, 'prompt'), rejected(2, 'prompt')], facts)
      .then([requested('trajectory', 2)])
  })

  test('against a planner that is not served any more repeats the request, and counts as no attempt', () => {
    given(decide)
      .whenEach([dataset(1), promoted(1, 'prompt', 'p1')], facts)
      .then([requested('prompt', 1), requested('trajectory', 1)])
      .when(rejected(1, 'trajectory', 'p0'), facts)
      .then([{ ...requested('trajectory', 1), baseline: 'p0' }])
      .when(rejected(1, 'trajectory', 'p0'), facts)
      .then([requested('lora', 1)])
  })

  test('that rejects the first candidate leaves the untuned planner as baseline', () => {
    const { objects } = given(decide)
      .when(dataset(1), facts)
      .then([requested('prompt', 1)])
      .when(rejected(1, 'prompt'), facts)
    expect(objects.map(bytes => digest(bytes))).toEqual([untuned])
  })
})

describe('a rung', () => {
  const round = (version: number, trainingRows: number, served: string | null) => [
    dataset(version, { trainingRows }),
    rejected(version, 'prompt', served),
    promoted(version, 'trajectory', `t${version}`),
    promoted(version, 'lora', `l${version}`),
  ]

  test('without a promotion in two attempts is skipped until the dataset has grown by half', () => {
    const twice = given(decide).whenEach([...round(1, 1000, null), ...round(2, 1100, 'l1')], facts)
    given(decide, twice.state)
      .when(dataset(3, { trainingRows: 1600 }), facts)
      .then([
        {
          ...skipped('prompt', 3),
          reasons: [
            expect.stringMatching(/^no promotion in the last 2 attempts .* 1600 training rows are fewer than 1650$/),
          ],
        },
        requested('trajectory', 3),
      ])
      .whenEach([promoted(3, 'trajectory', 't3'), promoted(3, 'lora', 'l3')], facts)
      .then([requested('lora', 3), settled('lora', 3)])
      .when(dataset(4, { trainingRows: 1650 }), facts)
      .then([requested('prompt', 4)])
  })

  test('is not requested where all are skipped: the dataset is settled at once', () => {
    const failed = (version: number) => [
      ...[dataset(version), rejected(version, 'prompt'), rejected(version, 'trajectory'), rejected(version, 'lora')],
    ]
    const twice = given(decide).whenEach([...failed(1), ...failed(2)], facts)
    given(decide, twice.state)
      .when(dataset(3), facts)
      .then([skipped('prompt', 3), skipped('trajectory', 3), skipped('lora', 3), settled('lora', 3)])
  })
})

describe('a rollback', () => {
  const rolledBack = (version: number, rung: Rung) =>
    rejected(version, rung, 'p1', { outcome: 'rolledBack', planner: 'p0' })

  test('changes the baseline of the next request', () => {
    const settledEarly = [dataset(1), promoted(1, 'prompt', 'p1', { accuracy: 0.95 })]
    given(decide)
      .whenEach(settledEarly, facts)
      .then([requested('prompt', 1), settled('prompt', 1)])
      .whenEach([rolledBack(1, 'prompt'), dataset(2)], facts)
      .then([{ ...requested('prompt', 2), baseline: 'p0' }])
  })

  test('answers no request, even with the rung and dataset version of the open one', () => {
    given(decide)
      .whenEach([dataset(1), promoted(1, 'prompt', 'p1')], facts)
      .then([requested('prompt', 1), requested('trajectory', 1)])
      .when(rolledBack(1, 'trajectory'), facts)
      .then([])
      .when(rejected(1, 'trajectory', 'p0'), facts)
      .then([{ ...requested('trajectory', 1), baseline: 'p0' }])
  })
})
