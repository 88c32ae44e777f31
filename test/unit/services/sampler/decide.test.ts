import { expect, test } from 'vitest'
import { hashFraction } from '#runtime/core/identity.ts'
import { State } from '#runtime/state/state.ts'
import { version } from '#services/sampler/arms.ts'
import { decide } from '#services/sampler/decide.ts'
import { collections, limits } from '#services/sampler/state.ts'
import { active, escalation, rating, selections, turn } from './stream.ts'

/** Ids in the order of their fraction: the last are passed over at any probability but 1. */
const ids = Array.from({ length: 400 }, (_none, at) => `t${at}`)
const byFraction = ids.toSorted((a, b) => hashFraction(version, a) - hashFraction(version, b))
const unlucky = byFraction.at(-1) ?? ''
const lucky = byFraction[0] ?? ''
/** A question like those of `warmUp`: no arm but chance speaks for it. */
const usual = { question: 'matter number 7' }
const warmUp = Array.from({ length: 300 }, (_none, at) => turn(`warm${at}`, { question: `matter number ${at}` }))

test('a sample carries the turn, its family, its arms and what is known of the outcome', () => {
  const [sample] = selections([escalation(unlucky), turn(unlucky, { earlier: ['hello'] })])
  expect(sample).toMatchObject({
    turnId: unlucky,
    conversationId: `about-${unlucky}`,
    earlier: ['hello'],
    answer: 'so',
  })
  expect(sample).toMatchObject({
    inclusionProbability: 1,
    correction: false,
    family: expect.stringMatching(/^[0-9a-f]{32}$/),
  })
  expect(sample?.outcome).toEqual({ escalated: true, rating: null, repeatAsk: false, latencyMs: 900 })
  expect(sample?.arms.map(({ arm }) => arm)).toEqual(['random', 'underrepresented', 'escalated'])
  expect(sample?.value).toBeGreaterThan(9)
})

test('a late escalation selects a turn that was passed over, and says that it is a correction', () => {
  const state = new State()
  expect(selections([...warmUp, turn(unlucky, usual)], active, state).map(({ turnId }) => turnId)).not.toContain(
    unlucky,
  )
  const late = decide(escalation(unlucky), active, state)
  expect(late.emit).toMatchObject([
    { event: { turnId: unlucky, correction: true, inclusionProbability: 1 }, parents: [unlucky] },
  ])
})

test('a turn is selected at most once, whatever is said of it later', () => {
  const story = [turn(lucky), escalation(lucky), rating(lucky, 'down'), turn(lucky), escalation(lucky), turn(lucky)]
  expect(selections(story)).toHaveLength(1)
  const corrected = [...warmUp, turn(unlucky), escalation(unlucky), rating(unlucky, 'down'), turn(unlucky)]
  expect(selections(corrected).filter(({ turnId }) => turnId === unlucky)).toHaveLength(1)
})

test('a repeated turn changes nothing', () => {
  const state = new State()
  selections([...warmUp, turn(unlucky)], active, state)
  expect(decide(turn(unlucky), active, state)).toEqual({})
})

test('an escalation without a turn concerns the last one before it', () => {
  const conversation = { conversationId: 'c', ...usual }
  const early = turn(unlucky, { ...conversation, at: 10 })
  const last = turn(byFraction.at(-2) ?? '', { ...conversation, at: 20, turn: 1 })
  const after = turn(byFraction.at(-3) ?? '', { ...conversation, at: 90, turn: 2 })
  const escalated = escalation('?', { ...conversation, turnId: null, at: 50 })
  const picked = selections([...warmUp, early, last, after, escalated]).filter(
    ({ conversationId }) => conversationId === 'c',
  )
  expect(picked.map(({ turnId }) => turnId)).toEqual([last.event.id])
})

test('a thumb up never selects, and one thumb down outweighs it', () => {
  const middling = byFraction[340] ?? ''
  const picked = (...thumbs: ('up' | 'down')[]) =>
    selections([...warmUp, turn(middling, usual), ...thumbs.map(thumb => rating(middling, thumb))]).filter(
      ({ turnId }) => turnId === middling,
    )
  expect(picked('up')).toEqual([])
  expect(picked('down')).toHaveLength(1)
  expect(picked('up', 'down')).toHaveLength(1)
  expect(picked('down', 'up')).toHaveLength(1)
})

test('a question that resembles a pick is less likely to be picked than a new one', () => {
  const p = (question: string) =>
    selections([
      ...warmUp,
      escalation(lucky),
      turn(lucky, { question: 'move my bitcoin to a wallet' }),
      escalation(unlucky),
      turn(unlucky, { question }),
    ])
      .filter(({ turnId }) => turnId === unlucky)
      .flatMap(({ arms }) => arms.flatMap(({ arm, weight }) => (arm === 'underrepresented' ? [weight] : [])))[0] ?? 0
  expect(p('move my bitcoin to a wallet')).toBeLessThan(1e-6)
  expect(p('move my bitcoin to a wallet please')).toBeLessThan(p('how do I change my address'))
})

test('a question asked again in a conversation is an impact, and so is a slow answer', () => {
  const armOf = (over: Parameters<typeof turn>[1]) =>
    selections([escalation(unlucky), turn(unlucky, over)])[0]?.arms.find(({ arm }) => arm === 'impact')?.weight
  expect(armOf({ question: 'where is my transfer', earlier: ['where is my transfer?'] })).toBeCloseTo(0.3, 2)
  expect(armOf({ question: 'where is my transfer', earlier: ['good morning'] })).toBeUndefined()
  expect(armOf({ latencyMs: 20_000 })).toBeCloseTo(0.15, 2)
  expect(armOf({ latencyMs: null })).toBeUndefined()
})

test('a planner is uncertain by margin, else by confidence; one that states neither is not, nor is the first one', () => {
  const armsOf = (margin: number | null, confidence: number | null, planner: string | null = 'tuned') => {
    const plan = { tool: 'quote', argument: '', margin, confidence, planner }
    return selections([...warmUp, escalation(unlucky), turn(unlucky, { plan })])
      .filter(({ turnId }) => turnId === unlucky)
      .flatMap(({ arms }) => arms.map(({ arm }) => arm))
  }
  expect(armsOf(0.2, 0.6)).toContain('uncertain')
  expect(armsOf(null, 0.6)).toContain('uncertain')
  expect(armsOf(null, null)).not.toContain('uncertain')
  expect(armsOf(0.2, 0.6, null)).not.toContain('uncertain')
})

test('the control picks by chance alone, and no outcome corrects it', () => {
  const random = { ...active, sampleShare: 0.1, sampling: 'random' } as const
  const stream = ids.flatMap(id => [turn(id), escalation(id), turn(id)])
  const picked = selections(stream, random)
  expect(picked.map(({ turnId }) => turnId)).toEqual(ids.filter(id => hashFraction(version, id) < 0.1))
  expect(
    picked.every(
      ({ arms, inclusionProbability, value }) => arms.length === 1 && inclusionProbability === 0.1 && value === 0,
    ),
  ).toBe(true)
})

test('an agent that became a control gets no corrections for turns passed over before', () => {
  const state = new State()
  selections([...warmUp, turn(unlucky)], active, state)
  expect(selections([escalation(unlucky)], { ...active, sampleShare: 0.1, sampling: 'random' }, state)).toEqual([])
})

test('agents never mix', () => {
  const state = new State()
  selections([...warmUp, turn(unlucky)], active, state)
  const other = escalation(unlucky, { agent: 'other' })
  expect(decide(other, active, state).emit ?? []).toEqual([])
  expect(selections([turn('new', { agent: 'other' })], active, state).every(({ agent }) => agent === 'other')).toBe(
    true,
  )
})

test('what is remembered is bounded', () => {
  const state = new State()
  const strays = Array.from({ length: limits.remarks + 10 }, (_none, at) => escalation(`stray${at}`))
  const turns = Array.from({ length: limits.recent + 1000 }, (_none, at) => turn(`x${at}`, { tool: `tool${at}` }))
  // Turns that chance alone picks are remembered alike, and cost no ranking.
  const facts = { ...active, sampleShare: 0.3 }
  selections([...strays, ...turns.slice(0, -5_000)], { ...facts, sampling: 'random' }, state)
  selections(turns.slice(-5_000), facts, state)
  const names = collections('desk')
  for (const [collection, limit] of Object.entries(limits))
    expect(state.size(names[collection as keyof typeof limits])).toBeLessThanOrEqual(limit)
  expect(state.size(names.picked)).toBe(limits.picked)
})
