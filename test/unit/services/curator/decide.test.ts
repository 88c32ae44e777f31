import { expect, test } from 'vitest'
import { digest } from '#runtime/core/identity.ts'
import type { Dataset, EvaluationSet } from '#schemas/objects.ts'
import { facts, feed, gold, scored, widened } from './makers.ts'

const numbers = Array.from({ length: 30 }, (_, at) => at)

function built(decision: ReturnType<typeof feed>['decisions'][number] | undefined) {
  const [dataset, evaluation] = (decision?.objects ?? []).map(bytes => JSON.parse(Buffer.from(bytes).toString()))
  return { dataset: dataset as Dataset, evaluation: evaluation as EvaluationSet }
}

test('enough complete gold makes a dataset, whose digests are in the event', () => {
  const { decisions, emitted } = feed(numbers.flatMap(n => [gold(n), widened(n, 1)]))
  const [dataset, evaluation] = decisions.at(-1)?.objects ?? []
  expect(emitted.at(-1)).toMatchObject({
    outcome: 'curated',
    version: 1,
    gold: 30,
    dataset: digest(dataset ?? ''),
    evaluation: digest(evaluation ?? ''),
    reasons: expect.arrayContaining(['30 complete gold answers since version 0']),
  })
})

test('a family is in training or in evaluation, never both, and evaluation rows are gold', () => {
  const { decisions, emitted } = feed(numbers.flatMap(n => [gold(n), widened(n, 2)]))
  const { dataset, evaluation } = built(decisions.at(-1))
  const held = new Set(evaluation.rows.map(({ family }) => family))
  expect(dataset.rows.filter(({ family }) => held.has(family))).toEqual([])
  expect(evaluation.rows.filter(({ synthetic }) => synthetic)).toEqual([])
  expect(emitted.at(-1)).toMatchObject({ evaluationRows: held.size, families: held.size })
  expect(dataset.rows.some(({ synthetic }) => synthetic)).toBe(true)
})

test('gold without its variants is not complete, and arrival order does not change the dataset', () => {
  const goldFirst = feed([...numbers.map(n => gold(n)), ...numbers.map(n => widened(n, 1))])
  const widenedFirst = feed([...numbers.map(n => widened(n, 1)), ...numbers.map(n => gold(n))])
  expect(goldFirst.emitted.at(-1)).toEqual(widenedFirst.emitted.at(-1))
  expect(feed(numbers.map(n => gold(n))).emitted).toEqual([])
})

test('while the trigger does not fire, every 25th complete gold answer says why', () => {
  const { emitted } = feed(numbers.slice(0, 28).flatMap(n => [gold(n), widened(n)]))
  expect(emitted).toMatchObject([
    { outcome: 'waiting', version: 0, gold: 25, reasons: ['25 complete gold answers since version 0, 30 needed'] },
  ])
})

test('the same gold answer twice counts once; a corrected one counts again', () => {
  const events = numbers.slice(0, 29).flatMap(n => [gold(n), widened(n)])
  const { state } = feed(events)
  expect(feed([gold(0), widened(0)], state).emitted).toEqual([])
  expect(feed([gold(0, { id: 'gold-0-b', tool: 'margin' })], state).emitted).toEqual([])
  expect(feed([widened(0, 0, { goldId: 'gold-0-b' })], state).emitted).toMatchObject([{ outcome: 'curated', gold: 29 }])
})

test('gold that reviewers take back leaves the dataset', () => {
  const { state } = feed(numbers.slice(0, 29).flatMap(n => [gold(n), widened(n)]))
  const back = feed([gold(3, { id: 'gold-3-b', outcome: 'undecided', tool: null, argument: null })], state)
  expect(back.emitted).toEqual([])
  const { decisions, emitted } = feed([gold(29), widened(29)], state)
  expect(emitted).toMatchObject([{ outcome: 'curated', gold: 29 }])
  const { dataset, evaluation } = built(decisions.at(-1))
  expect([...dataset.rows, ...evaluation.rows].map(({ id }) => id)).not.toContain('sample-3')
})

test('the evaluation set grows with each version', () => {
  const first = feed(numbers.flatMap(n => [gold(n), widened(n)]))
  const second = feed(
    numbers.flatMap(n => [gold(n + 30), widened(n + 30)]),
    first.state,
  )
  const ids = (decision: Parameters<typeof built>[0]) => built(decision).evaluation.rows.map(({ id }) => id)
  expect(ids(second.decisions.at(-1))).toEqual(expect.arrayContaining(ids(first.decisions.at(-1))))
  expect(second.emitted.at(-1)).toMatchObject({ outcome: 'curated', version: 2, gold: 60 })
})

test('a higher evaluation share does not turn trained families into evaluation families', () => {
  const first = feed(numbers.flatMap(n => [gold(n), widened(n)]))
  const trained = new Set(built(first.decisions.at(-1)).dataset.rows.map(({ family }) => family))
  const more = { ...facts, budgets: { ...facts.budgets, evaluationShare: 0.9 } }
  const second = feed(
    numbers.flatMap(n => [gold(n + 30), widened(n + 30)]),
    first.state,
    more,
  )
  const { evaluation } = built(second.decisions.at(-1))
  expect(evaluation.rows.filter(({ family }) => trained.has(family))).toEqual([])
})

test('a dataset without evaluation rows waits, however much gold there is', () => {
  const none = { ...facts, budgets: { ...facts.budgets, evaluationShare: 0 } }
  const { emitted } = feed(Array.from({ length: 50 }, (_, n) => [gold(n), widened(n)]).flat(), undefined, none)
  expect(emitted.at(-1)).toMatchObject({
    outcome: 'waiting',
    gold: 50,
    reasons: [expect.stringContaining('0 to evaluate on')],
  })
})

test('errors are counted per gold tool, from a trusted judge of gold only', () => {
  const { state } = feed([
    scored(0),
    scored(3, { toolCorrect: false }),
    scored(6, { trusted: false, toolCorrect: false }),
    scored(9, { source: 'synthetic', toolCorrect: false }),
  ])
  expect(state.get('errors/desk', 'quote')).toEqual({ graded: 2, wrong: 1 })
})

test('agents never mix', () => {
  const { state } = feed(numbers.slice(0, 29).flatMap(n => [gold(n), widened(n)]))
  expect(feed([gold(29, { agent: 'other' }), widened(29, 0, { agent: 'other' })], state).emitted).toEqual([])
})
