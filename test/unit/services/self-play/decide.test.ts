import { expect, test } from 'vitest'
import { State } from '#runtime/state/state.ts'
import { decide } from '#services/self-play/decide.ts'
import { collectionNames, limits } from '#services/self-play/state.ts'
import { call, stepOf } from '#test/support/data/turns.ts'
import { given } from '#test/support/given.ts'
import { facts, gold, widen } from './gold.ts'

const question = 'Could you tell me the current price of AAPL today, please? I have $500 to invest.'
/** No variant is above the synthetic share, so that fates show the other checks. */
const uncapped = { ...facts, syntheticShare: 1 }

const operators = { operator: expect.any(String), fate: expect.any(String) }

test('an agreed gold answer gives one event with its variants, of the family and tool of their parent', () => {
  const { events, changes } = given(decide).when(gold('g', question, 'quote'), uncapped)
  expect(events).toMatchObject([
    {
      ...{ agent: 'desk', goldId: 'g', sampleId: 's-g', family: 'f-g', tool: 'quote' },
      variants: [operators, operators, operators, operators],
    },
  ])
  const { variants = [] } = widen([gold('g', question, 'quote')], uncapped)[0] ?? {}
  const accepted = variants.filter(({ fate }) => fate === 'accepted')
  expect(new Set(variants.map(({ variantId }) => variantId)).size).toBe(4)
  expect(accepted.length).toBeGreaterThan(0)
  // What is remembered: the gold question, the accepted variants, the rows of the tool, the values of the question.
  const remembered = Object.fromEntries(changes.map(({ collection, key, value }) => [`${collection} ${key}`, value]))
  expect(remembered).toEqual({
    'gold/desk g': { question, earlier: [], tool: 'quote', family: 'f-g' },
    ...Object.fromEntries(
      accepted.map(variant => [`synthetic/desk ${variant.variantId}`, { question: variant.question, earlier: [] }]),
    ),
    'rows/desk quote': { gold: 1, synthetic: accepted.length },
    'values/desk ticker': ['AAPL'],
    'values/desk amount': ['$500'],
  })
})

test('a question with nothing to vary gives an event without variants', () => {
  given(decide)
    .when(gold('g', 'fee', 'fees'), facts)
    .then([{ goldId: 'g', variants: [] }])
})

test('undecided gold gives no event, and a repeated record no second one', () => {
  given(decide)
    .when(gold('u', question, null), facts)
    .then([], [])
    .when(gold('g', question, 'quote'), facts)
    .then([{ goldId: 'g' }])
    .when(gold('g', question, 'quote'), facts)
    .then([], [])
})

test('a later step is not varied: the results before it would not fit another question', () => {
  given(decide)
    .when(gold('g', question, 'quote', { step: 1, steps: [stepOf([call('quote', 'AAPL')])] }), uncapped)
    .then([{ goldId: 'g', variants: [] }])
})

test('the more gold a tool has, the less it is widened', () => {
  const stream = Array.from({ length: 51 }, (_none, at) =>
    gold(`g${at}`, `${question} It is matter ${at * 7919}.`, 'quote'),
  )
  const tried = widen(stream, uncapped).map(({ variants }) => variants.length)
  expect([tried[0], tried[6], tried[7], tried[18], tried[19], tried[48], tried[49], tried[50]]).toEqual([
    4, 4, 2, 2, 1, 1, 0, 0,
  ])
})

test('a variant that would be planned for another tool is refused for its label', () => {
  const elsewhere = gold('g', 'Send money to my bank by wire transfer immediately', 'fees')
  const rivals = Array.from({ length: 5 }, (_none, at) =>
    gold(`w${at}`, `Send money to my bank by wire number ${at}`, 'wire'),
  )
  const widened = widen([...rivals, elsewhere], uncapped).at(-1)
  expect(widened?.variants.map(({ fate }) => fate)).toContain('label')
})

test('each variant says which tool the descriptions alone choose, right or wrong', () => {
  const [widened] = widen([gold('g', 'Is there any commission on the price of a stock?', 'fees')], uncapped)
  for (const { plannedTool } of widened?.variants ?? [])
    expect(facts.tools.map(({ name }) => name)).toContain(plannedTool)
  const [odd] = widen([gold('g', 'Tell me about the current price of a stock I have', 'fees')], uncapped)
  expect(odd?.variants.map(({ plannedTool }) => plannedTool)).toContain('quote')
})

test('a replaced value is replaced in the argument as well', () => {
  const variants = Array.from({ length: 30 }, (_none, at) =>
    widen(
      [
        gold(`g${at}`, 'what would it cost to buy $500 of shares', 'quote', {
          calls: [call('quote', 'cost of $500 of shares')],
        }),
      ],
      uncapped,
    ),
  ).flatMap(widened => widened.flatMap(event => event.variants))
  const slots = variants.filter(({ operator }) => operator === 'slot')
  expect(slots.length).toBeGreaterThan(5)
  for (const { calls, question: varied } of slots) {
    const [amount = '?'] = /\$[\d,]+/.exec(varied) ?? []
    expect(amount).not.toBe('$500')
    expect(calls).toEqual([call('quote', `cost of ${amount} of shares`)])
  }
  for (const { calls, operator } of variants)
    if (operator !== 'slot') expect(calls).toEqual([call('quote', 'cost of $500 of shares')])
})

test('values that customers wrote replace others of their kind later', () => {
  const state = new State()
  widen([gold('seen', 'what is the price of NVDA', 'quote')], facts, state)
  const later = Array.from({ length: 40 }, (_none, at) => gold(`g${at}`, `quote for TSLA number ${at}`, 'quote'))
  const written = widen(later, uncapped, state).flatMap(({ variants }) => variants.map(variant => variant.question))
  expect(written.some(text => text.includes('NVDA'))).toBe(true)
})

test('clauses of other questions are added within a family only: another could be in evaluation', () => {
  const own = gold('a', 'I need a quote, the weather being fine', 'quote', { family: 'mine' })
  const siblings = ['give me the price', 'a quote then', 'how much is it', 'what does it cost'].map((clause, at) =>
    gold(`b${at}`, `${clause}, zebras are nice`, 'quote', { family: 'mine' }),
  )
  const stranger = gold('c', 'tell me the stock price, giraffes are tall', 'quote')
  const written = Array.from({ length: 30 }, (_none, at) =>
    gold(`d${at}`, `one more price please, attempt ${at}`, 'quote', { family: 'mine' }),
  )
  const texts = widen([own, ...siblings, stranger, ...written], uncapped)
    .filter(({ family }) => family === 'mine')
    .flatMap(({ variants }) => variants.map(variant => variant.question))
  expect(texts.some(text => /zebras/.test(text) && /attempt/.test(text))).toBe(true)
  expect(texts.some(text => /giraffes/.test(text))).toBe(false)
})

test('a question of hundreds of words has no variants, but an event', () => {
  const [widened] = widen([gold('g', `${'my dear broker '.repeat(200)}what is the price of AAPL`, 'quote')])
  expect(widened?.variants).toEqual([])
})

test('agents never mix', () => {
  const state = new State()
  const stream = Array.from({ length: 60 }, (_none, at) => gold(`g${at}`, `${question} ${at}`, 'quote'))
  widen(stream, facts, state)
  const [other] = widen([gold('o', question, 'quote', { agent: 'other' })], uncapped, state)
  expect(other?.variants).toEqual(widen([gold('o', question, 'quote', { agent: 'other' })], uncapped)[0]?.variants)
})

test('what is remembered is bounded', () => {
  const state = new State()
  const story = 'word '.repeat(200)
  const stories = Array.from({ length: limits.gold + 100 }, (_none, at) => gold(`g${at}`, story, `tool${at}`))
  const valued = Array.from({ length: limits.values + 10 }, (_none, at) => gold(`v${at}`, `${at} things`, 'quote'))
  widen([...stories, ...valued], facts, state)
  const names = collectionNames('desk')
  expect(state.size(names.gold)).toBe(limits.gold)
  expect(state.size(names.rows)).toBe(limits.rows)
  expect(state.get<string[]>(names.values, 'quantity')).toHaveLength(limits.values)
})
