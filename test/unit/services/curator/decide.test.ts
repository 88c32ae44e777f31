import { describe, expect, test } from 'vitest'
import { digest } from '#runtime/core/identity.ts'
import type { Dataset, EvaluationSet } from '#schemas/objects.ts'
import { decide } from '#services/curator/decide.ts'
import { call } from '#test/support/data/turns.ts'
import { given } from '#test/support/given.ts'
import { complete, facts, goldRecord, scoredRecord, widenedRecord } from './makers.ts'

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, at) => from + at)

/** The datasets among stored objects: each version is two of them. */
function stored(objects: readonly Uint8Array[]) {
  const parsed = objects.map(bytes => JSON.parse(Buffer.from(bytes).toString()))
  const [dataset, evaluation] = parsed.slice(-2) as [Dataset, EvaluationSet]
  return { dataset: dataset.rows, evaluation: evaluation.rows }
}

describe('a dataset', () => {
  test('is built once there is enough complete gold, and its event names the digests', () => {
    const { events, objects } = given(decide).whenEach(complete(numbers(30), 1), facts)
    const [dataset = '', evaluation = ''] = objects
    expect(events.slice(0, -1)).toMatchObject([{ outcome: 'waiting', gold: 25 }])
    expect(events.at(-1)).toMatchObject({
      ...{ outcome: 'curated', version: 1, gold: 30, dataset: digest(dataset), evaluation: digest(evaluation) },
      reasons: expect.arrayContaining(['30 complete gold answers since version 0']),
    })
  })

  test('is not dated before any of its gold answers', () => {
    const before = given(decide)
      .when(goldRecord(0, { at: 9000 }), facts)
      .when(widenedRecord(0), facts)
    const rest = complete(numbers(29, 1))
    const { state } = given(decide, before.state).whenEach(rest.slice(0, -1), facts)
    const [last] = rest.slice(-1)
    expect(last && decide(last, facts, state).emit).toMatchObject([{ event: { outcome: 'curated' }, notBefore: 9000 }])
  })

  test('has a family in training or in evaluation, never both, and evaluates on gold', () => {
    const { events, objects } = given(decide).whenEach(complete(numbers(30), 2), facts)
    const { dataset, evaluation } = stored(objects)
    const held = new Set(evaluation.map(({ family }) => family))
    expect(dataset.filter(({ family }) => held.has(family))).toEqual([])
    expect(evaluation.filter(({ synthetic }) => synthetic)).toEqual([])
    expect(events.at(-1)).toMatchObject({ evaluationRows: held.size, families: held.size })
    expect(dataset.some(({ synthetic }) => synthetic)).toBe(true)
  })

  test('keeps the answer that a reviewer wrote, but not for variants of the question', () => {
    const written = numbers(30).flatMap(n => [goldRecord(n, { answer: `answer ${n}` }), widenedRecord(n, 2)])
    const { dataset } = stored(given(decide).whenEach(written, facts).objects)
    expect(dataset.some(({ synthetic }) => synthetic)).toBe(true)
    for (const { id, synthetic, answer } of dataset)
      expect(answer).toBe(synthetic ? undefined : id.replace('sample-', 'answer '))
  })

  test('does not depend on whether gold or variants come first', () => {
    const gold = numbers(30).map(n => goldRecord(n))
    const variants = numbers(30).map(n => widenedRecord(n, 1))
    const goldFirst = given(decide).whenEach(gold, facts).then([]).whenEach(variants, facts)
    const variantsFirst = given(decide).whenEach(variants, facts).then([]).whenEach(gold, facts)
    expect(goldFirst.events.at(-1)).toEqual(variantsFirst.events.at(-1))
  })

  test('keeps the evaluation rows of the version before, and adds to them', () => {
    const first = given(decide).whenEach(complete(numbers(30)), facts)
    const second = given(decide, first.state).whenEach(complete(numbers(30, 30)), facts)
    const ids = (objects: readonly Uint8Array[]) => stored(objects).evaluation.map(({ id }) => id)
    expect(ids(second.objects)).toEqual(expect.arrayContaining(ids(first.objects)))
    expect(second.events.at(-1)).toMatchObject({ outcome: 'curated', version: 2, gold: 60 })
  })

  test('never evaluates on a family that was trained on, even when the evaluation share rises', () => {
    const first = given(decide).whenEach(complete(numbers(30)), facts)
    const trained = new Set(stored(first.objects).dataset.map(({ family }) => family))
    const more = { ...facts, budgets: { ...facts.budgets, evaluationShare: 0.9 } }
    const second = given(decide, first.state).whenEach(complete(numbers(30, 30)), more)
    expect(stored(second.objects).evaluation.filter(({ family }) => trained.has(family))).toEqual([])
  })

  test('does not contain gold that reviewers took back', () => {
    const takenBack = goldRecord(3, { id: 'gold-3-b', outcome: 'undecided', calls: null })
    const { objects } = given(decide)
      .whenEach(complete(numbers(29)), facts)
      .then([{ outcome: 'waiting' }])
      .when(takenBack, facts)
      .then([])
      .whenEach(complete([29]), facts)
      .whenEach(complete([30]), facts)
    const { dataset, evaluation } = stored(objects)
    expect([...dataset, ...evaluation].map(({ id }) => id)).not.toContain('sample-3')
  })
})

describe('the trigger', () => {
  test('says at every 25th complete gold answer why there is no dataset', () => {
    given(decide)
      .whenEach(complete(numbers(28)), facts)
      .then([
        { outcome: 'waiting', version: 0, gold: 25, reasons: ['25 complete gold answers since version 0, 30 needed'] },
      ])
  })

  test('counts the same gold answer once, and a corrected one again', () => {
    given(decide)
      .whenEach(complete(numbers(29)), facts)
      .then([{ outcome: 'waiting' }])
      .whenEach(complete([0]), facts)
      .when(goldRecord(0, { id: 'gold-0-b', calls: [call('margin', 'it')] }), facts)
      .then([])
      .when(widenedRecord(0, 0, { goldId: 'gold-0-b' }), facts)
      .then([{ outcome: 'curated', gold: 29 }])
  })

  test('waits while there is no evaluation row, however much gold there is', () => {
    const none = { ...facts, budgets: { ...facts.budgets, evaluationShare: 0 } }
    const { events } = given(decide).whenEach(complete(numbers(50)), none)
    expect(events.at(-1)).toMatchObject({
      ...{ outcome: 'waiting', gold: 50 },
      reasons: [expect.stringContaining('0 evaluation rows')],
    })
  })

  test('does not count the gold of another agent', () => {
    given(decide)
      .whenEach(complete(numbers(29)), facts)
      .then([{ outcome: 'waiting' }])
      .when(goldRecord(29, { agent: 'other' }), facts)
      .when(widenedRecord(29, 0, { agent: 'other' }), facts)
      .then([])
  })
})

test('errors are counted per gold tool, from grades against gold by a trusted judge', () => {
  given(decide)
    .when(scoredRecord(0), undefined)
    .when(scoredRecord(3, { toolCorrect: false }), undefined)
    .when(scoredRecord(6, { trusted: false, toolCorrect: false }), undefined)
    .when(scoredRecord(9, { source: 'synthetic', toolCorrect: false }), undefined)
    .then(
      [],
      [
        { collection: 'errors/desk', key: 'quote', value: { graded: 1, wrong: 0 } },
        { collection: 'errors/desk', key: 'quote', value: { graded: 2, wrong: 1 } },
      ],
    )
})
