import { describe, expect, it } from 'vitest'
import { readMessages } from '#dialects/messages.ts'
import { turnsFromMessages } from '#dialects/turns.ts'
import type { Message } from '#schemas/events.ts'
import { call, userMessage } from '#test/support/data/turns.ts'

describe('turns of a conversation', () => {
  const conversation = readMessages(
    [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'one' },
      {
        role: 'assistant',
        content: 'Let me look.',
        tool_calls: [{ id: 'c1', function: { name: 'first', arguments: '' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'found' },
      { role: 'assistant', tool_calls: [{ function: { name: 'second', arguments: '' } }] },
      { role: 'assistant', content: 'done' },
      { role: 'user', content: 'two' },
    ],
    'user',
  )

  const said = (text: string, fields: Partial<Message> = {}): Message => ({
    ...userMessage(text),
    role: 'assistant',
    ...fields,
  })
  const first = call('first', '', 'c1')
  const second = call('second')

  it('begin with a user message; each message of the assistant is a step, the last text without a call the answer', () => {
    const [one, two, ...more] = turnsFromMessages(conversation)
    expect(one).toEqual({
      ...{ question: 'one', earlier: [], turn: 0, answer: 'done' },
      steps: [
        {
          ...{ stage: 'planner', calls: [first], text: 'Let me look.' },
          results: [{ callId: 'c1', text: 'found', isError: null }],
        },
        { stage: 'planner', calls: [second], results: [], text: null },
        { stage: 'planner', calls: [], results: [], text: 'done' },
      ],
    })
    expect(two).toMatchObject({ question: 'two', turn: 1, steps: [], answer: undefined })
    expect(more).toEqual([])
  })

  it('have all messages before them but those of the system', () => {
    expect(turnsFromMessages(conversation)[1]?.earlier).toEqual([
      userMessage('one'),
      said('Let me look.', { calls: [first] }),
      said('found', { role: 'tool', callId: 'c1' }),
      said('', { calls: [second] }),
      said('done'),
    ])
  })

  it('without a call are turns too', () => {
    const messages = [userMessage('Hi'), said('Hello!')]
    expect(turnsFromMessages(messages)).toEqual([
      {
        ...{ question: 'Hi', earlier: [], turn: 0, answer: 'Hello!' },
        steps: [{ stage: 'planner', calls: [], results: [], text: 'Hello!' }],
      },
    ])
  })

  it('of a long conversation have the right number', () => {
    const long = turnsFromMessages(Array.from({ length: 60 }, (_none, at) => userMessage(`q${at}`)))
    expect(long[59]).toMatchObject({ turn: 59 })
    expect(long[59]?.earlier).toHaveLength(59)
  })
})
