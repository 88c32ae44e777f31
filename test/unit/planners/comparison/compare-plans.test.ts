import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { comparePlans, rightCalls } from '#planners/comparison/compare-plans.ts'
import type { Call } from '#schemas/events.ts'

const schemas = new Map([
  ['pay', JSON.stringify({ properties: { amount: { type: 'number' }, to: { type: 'string' } } })],
  ['quote', null],
])
const pay = (given: string): Call => ({ id: null, tool: 'pay', arguments: given })
const quote = (text: string): Call => ({ id: null, tool: 'quote', arguments: text })
const compare = (planned: readonly Call[], gold: readonly Call[]) =>
  comparePlans(planned, rightCalls(gold, schemas), schemas)

test('each call and argument has its own score', () => {
  const gold = [pay('{"amount":1200,"to":"ann"}'), quote('ACME')]
  expect(compare([pay('{"amount":1200.0,"to":"bob"}'), quote('acme'), quote('XYZ')], gold)).toEqual({
    ...{ isExact: false, missingTools: [], extraTools: ['quote'] },
    ...{ precision: 1 / 3, recall: 1 / 2, f1: 2 / 5 },
    arguments: [
      { tool: 'quote', name: '', score: 1, fault: null },
      { tool: 'pay', name: 'amount', score: 1, fault: null },
      { tool: 'pay', name: 'to', score: 0, fault: 'wrong' },
    ],
  })
})

test('what is missing and what is extra is named', () => {
  expect(compare([pay('{"amount":1,"cc":"bob"}')], [pay('{"amount":1,"to":"ann"}')]).arguments).toEqual([
    { tool: 'pay', name: 'amount', score: 1, fault: null },
    { tool: 'pay', name: 'to', score: 0, fault: 'missing' },
    { tool: 'pay', name: 'cc', score: 0, fault: 'extra' },
  ])
})

test('a plan without calls is one of its own', () => {
  expect(compare([], [quote('ACME')])).toMatchObject({ missingTools: ['quote'], extraTools: ['(none)'], f1: 0 })
  expect(compare([quote('ACME')], [])).toMatchObject({ missingTools: ['(none)'], extraTools: ['quote'], f1: 0 })
  expect(compare([], [])).toMatchObject({ isExact: true, precision: 1, recall: 1, f1: 1 })
})

describe('numbers are compared to the last digit', () => {
  test.each([
    ['9007199254740993', '9007199254740993', true],
    ['9007199254740993', '9007199254740992', false],
    ['1200', '1.2e3', true],
    ['0.1', '0.10', true],
    ['0.1', '0.1000000000000000055', false],
    ['-0', '0', true],
    ['1e400', '1e401', false],
  ])('%s and %s', (given, right, isExact) => {
    expect(compare([pay(`{"amount":${given}}`)], [pay(`{"amount":${right}}`)]).isExact).toBe(isExact)
  })
})

test('arguments that are no JSON are compared as one text, and are wrong where gold has names', () => {
  expect(compare([pay('amount=5')], [pay('amount=5')]).isExact).toBe(true)
  expect(compare([pay('amount=5')], [pay('{"amount":5}')]).isExact).toBe(false)
})

const calls = fc.array(
  fc.oneof(
    fc
      .record({ amount: fc.double({ noNaN: true, noDefaultInfinity: true }), to: fc.string() })
      .map(given => pay(JSON.stringify(given))),
    fc.string().map(quote),
  ),
  { maxLength: 5 },
)

test('a plan agrees with itself in any order of its calls, and scores lie in [0, 1]', () => {
  fc.assert(
    fc.property(
      calls.chain(gold => fc.tuple(fc.constant(gold), fc.shuffledSubarray(gold, { minLength: gold.length }))),
      calls,
      ([gold, shuffled], other) => {
        expect(
          compare(
            shuffled.map(call => ({ ...call })),
            gold,
          ),
        ).toMatchObject({ isExact: true, f1: 1 })
        const { precision, recall, f1, arguments: scores } = compare(other, gold)
        for (const score of [precision, recall, f1, ...scores.map(one => one.score)]) {
          expect(score).toBeGreaterThanOrEqual(0)
          expect(score).toBeLessThanOrEqual(1)
        }
      },
    ),
  )
})
