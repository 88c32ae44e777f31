import { describe, expect, it } from 'vitest'
import { readMessages } from '#dialects/messages.ts'
import { turnsFromMessages } from '#dialects/turns.ts'

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

  it('begin with a user message; the first call is the plan, the last text without a call is the answer', () => {
    expect(turnsFromMessages(conversation)).toEqual([
      { question: 'one', earlier: [], turn: 0, plan: { tool: 'first', argument: '' }, answer: 'done' },
      { question: 'two', earlier: ['one'], turn: 1, plan: undefined, answer: undefined },
    ])
  })

  it('have at most 50 earlier questions, and the right number', () => {
    const long = turnsFromMessages(
      Array.from({ length: 60 }, (_none, at) => ({ role: 'user', text: `q${at}`, calls: [] })),
    )
    expect(long[59]).toMatchObject({ turn: 59 })
    expect(long[59]?.earlier).toHaveLength(50)
    expect(long[59]?.earlier[0]).toBe('q9')
  })
})
