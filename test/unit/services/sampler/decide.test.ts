import { expect, test } from 'vitest'
import { at } from '#runtime/core/checked.ts'
import { hashFraction } from '#runtime/core/identity.ts'
import { State } from '#runtime/state/state.ts'
import type { Plan } from '#schemas/events.ts'
import { version } from '#services/sampler/arms.ts'
import { decide } from '#services/sampler/decide.ts'
import { type BoundedCollection, collections } from '#services/sampler/state.ts'
import { planOf, userMessage } from '#test/support/data/turns.ts'
import { given } from '#test/support/given.ts'
import { type Arrival, active, escalation, rating, selections, stateAfter, turn } from './stream.ts'

const ids = Array.from({ length: 400 }, (_none, at) => `t${at}`)
const byHash = ids.toSorted((a, b) => hashFraction(version, a) - hashFraction(version, b))
const lowest = at(byHash, 0)
/** A thumb down picks it, and the random arm does not. */
const middling = at(byHash, 340)
/** These are picked only with a probability of 1. */
const [highest, second, third] = [at(byHash, 399), at(byHash, 398), at(byHash, 397)]

/** A question like those of `warmUp`: only the random arm gives it a probability. */
const usual = { question: 'matter number 7' }
const warmUp = Array.from({ length: 300 }, (_none, at) => turn(`warm${at}`, { question: `matter number ${at}` }))

/** What is selected of one turn. */
const selectionsOf = (id: string, stream: readonly Arrival[]) =>
  selections(stream).filter(({ turnId }) => turnId === id)
/** The weight of an arm in the selection of one turn. */
const armWeight = (name: string, id: string, stream: readonly Arrival[]) =>
  selectionsOf(id, stream)[0]?.arms.find(({ arm }) => arm === name)?.weight

test('a sample carries the turn, its family, its arms and what is known of the outcome', () => {
  given(decide)
    .when(escalation(highest), active)
    .then([])
    .when(turn(highest, { earlier: [userMessage('hello')] }), active)
    .then([
      {
        ...{ turnId: highest, conversationId: `about-${highest}`, earlier: [userMessage('hello')], answer: 'so' },
        ...{ inclusionProbability: 1, correction: false, family: expect.stringMatching(/^[0-9a-f]{32}$/) },
        outcome: { escalated: true, rating: null, repeatAsk: false, latencyMs: 900 },
        arms: [{ arm: 'random' }, { arm: 'underrepresented' }, { arm: 'escalated', weight: 1 }],
        value: expect.closeTo(10, 0),
      },
    ])
})

test('a correction is not dated before its turn, when the clock of its signal is behind', () => {
  const state = stateAfter([...warmUp, turn(highest, { ...usual, at: 5000 })])
  expect(decide(escalation(highest, { at: 2000 }), active, state).emit).toMatchObject([
    { event: { correction: true }, notBefore: 5000 },
  ])
})

test('a late escalation selects a turn that was not picked, and the selection is a correction', () => {
  given(decide, stateAfter(warmUp))
    .when(turn(highest, usual), active)
    .then([])
    .when(escalation(highest), active)
    .then([{ turnId: highest, correction: true, inclusionProbability: 1 }])
})

test('a turn is selected at most once, whatever is said of it later', () => {
  const story = [turn(lowest), escalation(lowest), rating(lowest, 'down'), turn(lowest), escalation(lowest)]
  expect(selectionsOf(lowest, story)).toHaveLength(1)
  const corrected = [...warmUp, turn(highest), escalation(highest), rating(highest, 'down'), turn(highest)]
  expect(selectionsOf(highest, corrected)).toHaveLength(1)
})

test('a turn or a signal that comes again changes nothing', () => {
  given(decide, stateAfter([...warmUp, turn(highest), escalation('stray')]))
    .when(turn(highest), active)
    .when(escalation('stray'), active)
    .then([], [])
})

test('an escalation without a turn concerns the last one before it', () => {
  const conversation = { conversationId: 'c', ...usual }
  given(decide, stateAfter(warmUp))
    .when(turn(highest, { ...conversation, at: 10 }), active)
    .when(turn(second, { ...conversation, at: 20, turn: 1 }), active)
    .when(turn(third, { ...conversation, at: 90, turn: 2 }), active)
    .then([])
    .when(escalation('?', { ...conversation, turnId: null, at: 50 }), active)
    .then([{ turnId: second }])
})

test.each([
  ['a thumb up never selects', ['up'], 0],
  ['a thumb down selects', ['down'], 1],
  ['one thumb down outweighs an earlier thumb up', ['up', 'down'], 1],
  ['one thumb down outweighs a later thumb up', ['down', 'up'], 1],
] as const)('%s', (_what, thumbs, count) => {
  const stream = [...warmUp, turn(middling, usual), ...thumbs.map(thumb => rating(middling, thumb))]
  expect(selectionsOf(middling, stream)).toHaveLength(count)
})

test('a question that resembles a pick is less likely to be picked than a new one', () => {
  const p = (question: string) =>
    armWeight('underrepresented', highest, [
      ...warmUp,
      escalation(lowest),
      turn(lowest, { question: 'move my bitcoin to a wallet' }),
      escalation(highest),
      turn(highest, { question }),
    ])
  const similar = p('move my bitcoin to a wallet please')
  expect(p('move my bitcoin to a wallet')).toBeLessThan(1e-6)
  expect(p('how do I change my address')).toBeGreaterThan(Number(similar))
})

test('a question asked again in a conversation has an impact, and so has a slow answer', () => {
  const impact = (over: Parameters<typeof turn>[1]) =>
    armWeight('impact', highest, [escalation(highest), turn(highest, over)])
  expect(impact({ question: 'where is my transfer', earlier: [userMessage('where is my transfer?')] })).toBeCloseTo(
    0.3,
    2,
  )
  expect(impact({ question: 'where is my transfer', earlier: [userMessage('good morning')] })).toBeUndefined()
  expect(impact({ latencyMs: 20_000 })).toBeCloseTo(0.15, 2)
  expect(impact({ latencyMs: null })).toBeUndefined()
})

test.each([
  ['the margin of the plan', { margin: 0.2, confidence: 0.6, planner: 'tuned' }, true],
  ['the confidence, without a margin', { margin: null, confidence: 0.6, planner: 'tuned' }, true],
  ['nothing, where the plan states neither', { margin: null, confidence: null, planner: 'tuned' }, false],
  ['nothing, while the first planner is still the only one', { margin: 0.2, confidence: 0.6, planner: null }, false],
])('uncertainty comes from %s', (_what, stated: Partial<Plan>, isUncertain) => {
  const plan = planOf('quote', '', stated)
  const stream = [...warmUp, escalation(highest), turn(highest, { plan })]
  expect(armWeight('uncertain', highest, stream) !== undefined).toBe(isUncertain)
})

const random = { ...active, sampleShare: 0.1, sampling: 'random' } as const

test('the control group is picked at random only, and no outcome adds to it', () => {
  const stream = ids.flatMap(id => [turn(id), escalation(id), turn(id)])
  const picked = selections(stream, random)
  expect(picked.map(({ turnId }) => turnId)).toEqual(ids.filter(id => hashFraction(version, id) < 0.1))
  for (const { arms, inclusionProbability, value } of picked)
    expect({ arms, inclusionProbability, value }).toEqual({
      ...{ arms: [{ arm: 'random', weight: 0.1 }], inclusionProbability: 0.1, value: 0 },
    })
})

test('an agent that became a control group gets no corrections for turns that were not picked before', () => {
  given(decide, stateAfter([...warmUp, turn(highest)]))
    .when(escalation(highest), random)
    .then([])
})

test('agents never mix', () => {
  given(decide, stateAfter([...warmUp, turn(highest)]))
    .when(escalation(highest, { agent: 'other' }), active)
    .then([])
    .when(turn('new', { agent: 'other' }), { ...active, sampleShare: 1 })
    .then([{ agent: 'other', turnId: 'new' }])
})

test('what is remembered is bounded', () => {
  const { controller: _one, ...bounded } = collections('desk')
  const all: readonly BoundedCollection[] = Object.values(bounded)
  const strays = Array.from({ length: bounded.signals.limit + 10 }, (_none, at) => escalation(`stray${at}`))
  const turns = Array.from({ length: bounded.recent.limit + 1000 }, (_none, at) =>
    turn(`x${at}`, { tool: `tool${at}` }),
  )
  const state = new State()
  const facts = { ...active, sampleShare: 0.3 }
  // Turns that are picked at random only are remembered too, and cost no ranking.
  selections([...strays, ...turns.slice(0, -5_000)], { ...facts, sampling: 'random' }, state)
  selections(turns.slice(-5_000), facts, state)
  for (const { name, limit } of all) expect(state.size(name), name).toBeLessThanOrEqual(limit)
  expect(state.size(bounded.picked.name)).toBe(bounded.picked.limit)
}, 60_000)
