import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonText, readMessages } from '#dialects/messages.ts'
import { turnsFromMessages } from '#dialects/turns.ts'
import { call, userMessage } from '#test/support/data/turns.ts'

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
    ['a message with an id of its own', { id: 'm1', role: 'user', content: 'a' }],
  ])('%s', (_what, value) => {
    expect(readMessages(value, 'user')).toEqual([userMessage('a')])
  })

  const quote = { name: 'quote', arguments: '{"symbol":"AAPL"}' }
  it.each([
    ['a part', { role: 'assistant', parts: [{ type: 'tool_call', id: 'c1', ...quote }] }],
    ['tool_calls', { role: 'assistant', content: null, tool_calls: [{ type: 'function', id: 'c1', function: quote }] }],
    ['tool_calls in a text', { role: 'assistant', tool_calls: JSON.stringify([{ id: 'c1', function: quote }]) }],
    [
      'a part whose arguments are an object',
      { parts: [{ type: 'tool_call', id: 'c1', name: 'quote', arguments: { symbol: 'AAPL' } }] },
    ],
  ])('a call as %s', (_what, value) => {
    expect(readMessages(value, 'assistant')).toEqual([
      { role: 'assistant', text: '', calls: [call('quote', '{"symbol":"AAPL"}', 'c1')], callId: null },
    ])
  })

  it('the older function_call has no id', () => {
    expect(readMessages({ role: 'assistant', function_call: quote }, 'assistant')).toMatchObject([
      { calls: [call('quote', '{"symbol":"AAPL"}')] },
    ])
  })

  it.each([
    ['OpenTelemetry', { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: { price: 200 } }] }],
    ['OpenAI', { role: 'tool', tool_call_id: 'c1', content: '{"price":200}' }],
  ])('a result as %s names its call', (_what, value) => {
    expect(readMessages(value, 'user')).toEqual([{ role: 'tool', text: '{"price":200}', calls: [], callId: 'c1' }])
  })

  it.each([
    ['an image of OpenAI', { content: [{ type: 'image_url', image_url: { url: 'x' } }] }, '[image]'],
    ['a recording', { content: [{ type: 'input_audio', input_audio: {} }] }, '[audio]'],
    ['a file', { content: [{ type: 'file', file: {} }] }, '[file]'],
    ['an image of OpenTelemetry', { parts: [{ type: 'blob', modality: 'image', content: 'x' }] }, '[image]'],
    ['two', { content: [{ type: 'image_url' }, { type: 'file' }] }, '[image]\n[file]'],
    [
      'an image with a text',
      { content: [{ type: 'image_url' }, { type: 'text', text: 'What is it?' }] },
      'What is it?',
    ],
  ])('a message that is %s is kept', (_what, value, text) => {
    expect(readMessages({ role: 'user', ...value }, 'user')).toEqual([userMessage(text)])
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
  [{ query: 'AAPL' }, '{"query":"AAPL"}'],
  ['{ "query": "AAPL" }', '{ "query": "AAPL" }'],
  ['AAPL', 'AAPL'],
  [{ b: 1, a: 'x' }, '{"b":1,"a":"x"}'],
  [{ n: 3 }, '{"n":3}'],
  [{}, '{}'],
  [undefined, ''],
])('arguments and results are kept as they were written: %j is %s', (given, text) => {
  expect(jsonText(given)).toBe(text)
})
