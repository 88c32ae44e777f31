import { describe, expect, it } from 'vitest'
import { chatLogBody } from '#dialects/record-bodies.ts'
import { createPseudonymizer } from '#redaction/pseudonym.ts'
import type { Step } from '#schemas/events.ts'
import { toChatEscalated, toChatLogged, toFeedbackGiven } from '#services/ingest/to-events.ts'
import { call, planOf, stepOf, turnFields, userMessage } from '#test/support/data/turns.ts'

const now = 1_800_000_000_000
const pseudonymOf = createPseudonymizer('the key of this test')
const address = pseudonymOf('email', 'a@b.com')
/** Typed as bodies are, whose lists are not readonly. */
const asked = (text: string) => ({ ...userMessage(text), calls: [] })
const turn = {
  agent: 'desk',
  conversationId: 'c1',
  turn: 2,
  question: 'Price of AAPL?',
  plan: { calls: [call('quote', 'AAPL')] },
}

/** Senders do not say what is wrong with their calls. */
const withoutProblems = ({ problems, ...step }: Step) => step

describe('a chat log', () => {
  it('has null or a default for fields that were not sent', () => {
    expect(toChatLogged(turn, now, pseudonymOf)).toEqual({
      ...turn,
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      parents: [],
      at: now,
      userId: null,
      ...turnFields,
      steps: [stepOf([call('quote', 'AAPL')])],
      plan: planOf('quote', 'AAPL'),
      answer: null,
      latencyMs: null,
      source: 'http',
      redactions: [],
    })
  })
  it('without a plan has that of the first step of its planner', () => {
    const routing = stepOf([], { stage: 'router', text: 'trading', model: 'small' })
    const steps = [routing, stepOf([call('quote', 'AAPL')], { model: 'large' }), stepOf([], { text: 'It is 200.' })]
    const event = toChatLogged(
      chatLogBody.parse({ ...turn, plan: null, steps: steps.map(withoutProblems) }),
      now,
      pseudonymOf,
    )
    expect(event.steps).toEqual(steps)
    expect(event.plan).toEqual(planOf('quote', 'AAPL', { model: 'large' }))
  })
  it('says what is wrong with its calls, without personal data of the arguments', () => {
    const steps = [{ ...withoutProblems(stepOf([call('mail', '{"to":"ann@example.com"}')])) }]
    const problem = { call: 0, kind: 'schema', path: '/ann@example.com', problem: 'no ann@example.com' } as const
    const event = toChatLogged(chatLogBody.parse({ ...turn, steps }), now, pseudonymOf, () => [problem])
    const [told] = event.steps[0]?.problems ?? []
    expect(told).toMatchObject({ call: 0, kind: 'schema', problem: expect.stringMatching(/^no \[email:/) })
    expect(JSON.stringify(event)).not.toContain('ann@')
  })
  it('of an answer alone has a step and a plan without calls', () => {
    const event = toChatLogged({ ...turn, plan: null, answer: 'Hello!' }, now, pseudonymOf)
    expect(event.steps).toEqual([stepOf([], { text: 'Hello!' })])
    expect(event.plan.calls).toEqual([])
  })
  it('keeps the newest earlier messages that fit in 64 KiB, and counts the others', () => {
    const earlier = Array.from({ length: 40 }, (_none, at) => asked(`${at} ${'x'.repeat(4096)}`))
    const event = toChatLogged({ ...turn, earlier }, now, pseudonymOf)
    expect(event.earlierCut).toBe(earlier.length - event.earlier.length)
    expect(event.earlier).toEqual(earlier.slice(event.earlierCut))
    expect(event.earlier).toHaveLength(15)
  })
  it('has an id that derives from agent, conversation and turn', () => {
    const id = toChatLogged(turn, now, pseudonymOf).id
    expect(toChatLogged({ ...turn, question: 'again', at: 5 }, now + 1, pseudonymOf).id).toBe(id)
    expect(toChatLogged({ ...turn, turn: 3 }, now, pseudonymOf).id).not.toBe(id)
    expect(toChatLogged({ ...turn, agent: 'other' }, now, pseudonymOf).id).not.toBe(id)
    expect(toChatLogged({ ...turn, id: 'mine' }, now, pseudonymOf).id).toBe('mine')
  })
  it('is redacted in every free text, the arguments of calls included', () => {
    const event = toChatLogged(
      {
        ...turn,
        question: 'I am a@b.com',
        earlier: [asked('a@b.com')],
        answer: 'Hi a@b.com',
        plan: { calls: [call('quote', 'a@b.com')] },
      },
      now,
      pseudonymOf,
    )
    const [step] = event.steps
    expect([
      ...[event.question, event.earlier[0]?.text, event.answer, event.plan.calls[0]?.arguments],
      ...[step?.calls[0]?.arguments, step?.text],
    ]).toEqual([`I am ${address}`, address, `Hi ${address}`, address, address, `Hi ${address}`])
    expect(event.redactions).toEqual([{ kind: 'email', count: 6 }])
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
