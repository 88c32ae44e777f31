import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { argumentOf, readMessages } from '#dialects/messages.ts'
import { turnsFromMessages } from '#dialects/turns.ts'

describe('messages of each format', () => {
  it.each([
    [
      'OpenTelemetry parts',
      {
        role: 'user',
        parts: [
          { type: 'text', content: 'a' },
          { type: 'uri', uri: 'x' },
        ],
      },
    ],
    ['OpenAI content', { role: 'user', content: 'a' }],
    ['OpenAI content parts', { role: 'user', content: [{ type: 'text', text: 'a' }, { type: 'image_url' }] }],
    ['JSON in a text', '[{"role":"user","content":"a"}]'],
    ['a request with its messages', { model: 'm', messages: [{ role: 'user', content: 'a' }] }],
    ['plain text', 'a'],
  ])('%s', (_what, value) => {
    expect(readMessages(value, 'user')).toEqual([{ role: 'user', text: 'a', calls: [] }])
  })

  const call = { name: 'quote', arguments: '{"symbol":"AAPL"}' }
  it.each([
    ['a part', { role: 'assistant', parts: [{ type: 'tool_call', ...call }] }],
    ['tool_calls', { role: 'assistant', content: null, tool_calls: [{ type: 'function', function: call }] }],
    ['tool_calls in a text', { role: 'assistant', tool_calls: JSON.stringify([{ function: call }]) }],
    ['function_call', { role: 'assistant', function_call: call }],
  ])('a call as %s', (_what, value) => {
    expect(readMessages(value, 'assistant')).toMatchObject([{ calls: [{ tool: 'quote', argument: 'AAPL' }] }])
  })

  it('other values are no messages, and do not throw', () => {
    for (const value of [null, undefined, 7, '', [], [null, 'x', 3]]) expect(readMessages(value, 'user')).toEqual([])
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        for (const turn of turnsFromMessages(readMessages(value, 'user'))) expect(turn.question.trim()).not.toBe('')
      }),
    )
  })
})

it.each([
  [{ query: 'AAPL' }, 'AAPL'],
  ['{"query":"AAPL"}', 'AAPL'],
  ['AAPL', 'AAPL'],
  [{ b: 1, a: 'x' }, '{"a":"x","b":1}'],
  [{ n: 3 }, '{"n":3}'],
  [{}, '{}'],
  [undefined, ''],
])('the argument of %j is %s', (given, argument) => {
  expect(argumentOf(given)).toBe(argument)
})
