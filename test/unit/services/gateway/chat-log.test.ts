import { describe, expect, it } from 'vitest'
import { chatLogBody, turnIdentity } from '#services/gateway/chat-log.ts'
import { turnBody } from '#services/gateway/request-bodies.ts'
import { call, userMessage } from '#test/support/data/turns.ts'

describe('a turn', () => {
  const body = (over: object = {}) =>
    turnBody.parse({ agent: 'desk', question: 'Price?', conversationId: 'c1', ...over })
  it('is the same when sent again, and another when anything that tells turns apart differs', () => {
    const { id } = turnIdentity(body(), [1])
    expect(turnIdentity(body(), [2]).id).toBe(id)
    for (const over of [
      { question: 'And now?' },
      { turn: 1 },
      { earlier: [userMessage('Hi')] },
      { conversationId: 'c2' },
      { agent: 'b' },
    ])
      expect(turnIdentity(body(over), [1]).id).not.toBe(id)
  })
  it('counts from what came earlier, and opens a conversation where none is named', () => {
    const earlier = [userMessage('a'), { ...userMessage('?'), role: 'assistant' }, userMessage('b')]
    expect(turnIdentity(body({ earlier }), [])).toMatchObject({ conversationId: 'c1', turn: 2 })
    expect(turnIdentity(body({ earlier, turn: 7 }), [])).toMatchObject({ turn: 7 })
    const [one, two] = [1, 2].map(fresh => turnIdentity(body({ conversationId: undefined }), [fresh]).conversationId)
    expect(one).not.toBe(two)
  })
  it('is logged as ingest takes it', () => {
    const plan = { calls: [call('quote', 'Price?')], confidence: 0.5, margin: 0.2 }
    const turn = { id: 't1', conversationId: 'c1', turn: 0 }
    expect(chatLogBody(body({ userId: 'u' }), turn, { ...plan, planner: 'p1', latencyMs: 1.5 })).toEqual({
      id: 't1',
      agent: 'desk',
      conversationId: 'c1',
      turn: 0,
      userId: 'u',
      question: 'Price?',
      earlier: [],
      latencyMs: 1.5,
      plan: { ...plan, planner: 'p1' },
      source: 'gateway',
    })
  })
})
