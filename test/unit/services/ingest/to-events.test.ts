import { describe, expect, it } from 'vitest'
import { createPseudonymizer } from '#redaction/pseudonym.ts'
import { toChatEscalated, toChatLogged, toFeedbackGiven } from '#services/ingest/to-events.ts'

const now = 1_800_000_000_000
const pseudonymOf = createPseudonymizer('the key of this test')
const address = pseudonymOf('email', 'a@b.com')
const turn = {
  agent: 'desk',
  conversationId: 'c1',
  turn: 2,
  question: 'Price of AAPL?',
  plan: { tool: 'quote', argument: 'AAPL' },
}

describe('a chat log', () => {
  it('has null or a default for fields that were not sent', () => {
    expect(toChatLogged(turn, now, pseudonymOf)).toEqual({
      ...turn,
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      parents: [],
      at: now,
      userId: null,
      earlier: [],
      plan: { tool: 'quote', argument: 'AAPL', confidence: null, margin: null, planner: null },
      answer: null,
      latencyMs: null,
      source: 'http',
      redactions: [],
    })
  })
  it('has an id that derives from agent, conversation and turn', () => {
    const id = toChatLogged(turn, now, pseudonymOf).id
    expect(toChatLogged({ ...turn, question: 'again', at: 5 }, now + 1, pseudonymOf).id).toBe(id)
    expect(toChatLogged({ ...turn, turn: 3 }, now, pseudonymOf).id).not.toBe(id)
    expect(toChatLogged({ ...turn, agent: 'other' }, now, pseudonymOf).id).not.toBe(id)
    expect(toChatLogged({ ...turn, id: 'mine' }, now, pseudonymOf).id).toBe('mine')
  })
  it('is redacted in every free text, the argument included', () => {
    const event = toChatLogged(
      {
        ...turn,
        question: 'I am a@b.com',
        earlier: ['a@b.com'],
        answer: 'Hi a@b.com',
        plan: { tool: 'quote', argument: 'a@b.com' },
      },
      now,
      pseudonymOf,
    )
    expect([event.question, ...event.earlier, event.answer, event.plan.argument]).toEqual([
      `I am ${address}`,
      address,
      `Hi ${address}`,
      address,
    ])
    expect(event.redactions).toEqual([{ kind: 'email', count: 4 }])
  })
  it('has the same pseudonym each time for an address as user id', () => {
    const userOf = (userId: string) => toChatLogged({ ...turn, userId }, now, pseudonymOf).userId
    expect(userOf('u-17')).toBe('u-17')
    expect(userOf('a@b.com')).toBe(address)
    expect(userOf('a@b.com')).toBe(userOf('a@b.com'))
    expect(userOf('a@b.com')).not.toBe(userOf('b@b.com'))
  })
})

it('escalations and feedback have ids that derive from their content', () => {
  const escalation = { agent: 'desk', conversationId: 'c1', turnId: 't1', reason: 'Call me at 415-555-0132' }
  expect(toChatEscalated(escalation, now, pseudonymOf)).toMatchObject({
    parents: ['t1'],
    at: now,
    reason: `Call me at ${pseudonymOf('phone', '4155550132')}`,
  })
  expect(toChatEscalated(escalation, now, pseudonymOf).id).toBe(toChatEscalated(escalation, now + 1, pseudonymOf).id)
  expect(toChatEscalated({ ...escalation, at: 7 }, now, pseudonymOf).id).not.toBe(
    toChatEscalated(escalation, now, pseudonymOf).id,
  )

  const rating = { agent: 'desk', conversationId: 'c1', rating: 'down' } as const
  expect(toFeedbackGiven(rating, now, pseudonymOf)).toMatchObject({ parents: [], turnId: null, comment: null })
  expect(toFeedbackGiven({ ...rating, rating: 'up' }, now, pseudonymOf).id).not.toBe(
    toFeedbackGiven(rating, now, pseudonymOf).id,
  )
})
