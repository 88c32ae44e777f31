import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { argumentOf, readMessages } from '#services/ingest/messages.ts'
import { turnsFromMessages } from '#services/ingest/turns.ts'

describe('messages of every convention', () => {
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

  it('anything else is no message, and nothing throws', () => {
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

describe('turns of a conversation', () => {
  const conversation = readMessages(
    [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'Let me look.', tool_calls: [{ function: { name: 'first', arguments: '' } }] },
      { role: 'tool', content: 'found' },
      { role: 'assistant', tool_calls: [{ function: { name: 'second', arguments: '' } }] },
      { role: 'assistant', content: 'done' },
      { role: 'user', content: 'two' },
    ],
    'user',
  )

  it('begin with the user; the first call is the plan, the last text without a call the answer', () => {
    expect(turnsFromMessages(conversation)).toEqual([
      { question: 'one', earlier: [], turn: 0, plan: { tool: 'first', argument: '' }, answer: 'done' },
      { question: 'two', earlier: ['one'], turn: 1, plan: undefined, answer: undefined },
    ])
  })

  it('know at most the newest 50 before them, and their place all the same', () => {
    const long = turnsFromMessages(
      Array.from({ length: 60 }, (_none, at) => ({ role: 'user', text: `q${at}`, calls: [] })),
    )
    expect(long[59]).toMatchObject({ turn: 59 })
    expect(long[59]?.earlier).toHaveLength(50)
    expect(long[59]?.earlier[0]).toBe('q9')
  })
})
