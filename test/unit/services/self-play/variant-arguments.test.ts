import { expect, test } from 'vitest'
import { variantCalls } from '#services/self-play/variant-arguments.ts'
import { call } from '#test/support/data/turns.ts'

const replaceIn = (given: string, from: string, to: string): string | undefined =>
  variantCalls([call('pay', given)], { question: '', replaced: { from, to } })?.[0]?.arguments

test.each([
  ['a number', '{"amount":500}', '$500', '$1,000', '{"amount":1000}'],
  ['a number in another notation', '{"amount": 500.0}', '500', '25', '{"amount": 25}'],
  ['a text', '{"amount":"$500","to":"ann"}', '$500', '$250', '{"amount":"$250","to":"ann"}'],
  ['a value within a text', '{"note":"rent of $500, May"}', '$500', '$250', '{"note":"rent of $250, May"}'],
  [
    'in a nested list',
    '{"orders":[{"symbol":"AAPL"},{"symbol":"VTI"}]}',
    'AAPL',
    'MSFT',
    '{"orders":[{"symbol":"MSFT"},{"symbol":"VTI"}]}',
  ],
  ['a quote in the new value', '{"name":"AAPL"}', 'AAPL', 'A"B', '{"name":"A\\"B"}'],
  ['a text that is no JSON', 'price of AAPL', 'AAPL', 'VTI', 'price of VTI'],
  ['nothing, where the arguments do not state it', '{"city":"Paris"}', '$500', '$250', '{"city":"Paris"}'],
  ['no name of an argument', '{"AAPL":"AAPL"}', 'AAPL', 'VTI', '{"AAPL":"VTI"}'],
  ['no id that holds the digits', '{"account":"A-500","id":9007199254740993500}', '500', '25', undefined],
  [
    'no digits of a longer number',
    '{"id":9007199254740993,"amount":10}',
    '10',
    '25',
    '{"id":9007199254740993,"amount":25}',
  ],
])('the new value replaces %s', (_what, given, from, to, expected) => {
  expect(replaceIn(given, from, to)).toBe(expected)
})

test.each([
  ['the old value is there in another notation', '{"date":"2026-03-03"}', 'March 3', 'June 15'],
  ['it is written with its cents', '{"amount":"$500.00"}', '$500', '$250'],
  ['two numbers could be it', '{"amount":2,"nights":2}', '2', '10'],
  ['the new value is no number', '{"amount":500}', '$500', 'AAPL'],
])('the variant is refused where %s', (_why, given, from, to) => {
  expect(replaceIn(given, from, to)).toBeUndefined()
})

test('without a replaced value the calls are those of gold', () => {
  const calls = [call('pay', '{"amount":500}'), call('quote', 'AAPL')]
  expect(variantCalls(calls, { question: 'x' })).toBe(calls)
})
