import { expect, test } from 'vitest'
import { State } from '#runtime/state/state.ts'
import { simulateDay } from '#test/bench/sampling/traffic.ts'
import { simulated } from './simulated-stream.ts'
import { active, escalation, selections, turn } from './stream.ts'

test('over a day with a tenfold burst the picks meet the budget, and no five minutes take twice theirs', () => {
  const { ratio, worstWindow } = simulateDay(10, { ...active, sampleShare: 0.1 }, 3)
  expect(Math.abs(ratio - 1)).toBeLessThan(0.05)
  expect(worstWindow).toBeLessThanOrEqual(2)
}, 60_000)

test('escalations come first, up to the budget', () => {
  const some = (share: number) => {
    const stream = Array.from({ length: 4000 }, (_none, at) => [
      ...(at % 100 < 100 * share ? [escalation(`t${at}`)] : []),
      turn(`t${at}`, { question: `matter ${at}` }),
    ]).flat()
    const picks = selections(stream, { ...active, sampleShare: 0.1 })
    return { picks: picks.length, escalated: picks.filter(({ outcome }) => outcome.escalated).length }
  }
  const few = some(0.05)
  expect(few.escalated).toBeGreaterThan(0.95 * 200)
  expect(Math.abs(few.picks / 400 - 1)).toBeLessThan(0.1)
  expect(Math.abs(some(0.5).picks / 400 - 1)).toBeLessThan(0.25)
}, 60_000)

test("an agent's new description changes the arms at once", () => {
  const state = new State()
  const { stream } = simulated(7, 4000)
  const randomShare = (random: number, from: number, to: number) => {
    const arms = { ...active.arms, random }
    const picks = selections(stream.slice(from, to), { ...active, arms }, state)
    return (
      picks.filter(({ arms }) => arms.every(({ arm, weight }) => arm !== 'random' || weight === 0.1 * random)).length /
      picks.length
    )
  }
  expect(randomShare(0.05, 0, 1500)).toBe(1)
  expect(randomShare(0.6, 1500, 3000)).toBe(1)
})

test.each([
  [0.02, 30_000],
  [0.05, 6_000],
  [0.1, 6_000],
  [0.5, 6_000],
])(
  'the picks meet a budget of %d of %d turns within a twentieth',
  (share, turns) => {
    const { stream } = simulated(1, turns)
    const picks = selections(stream, { ...active, sampleShare: share }).length
    expect(Math.abs(picks / (turns * share) - 1)).toBeLessThan(0.05)
  },
  60_000,
)

test('a share of 0 picks nothing, whatever is said', () => {
  const { stream } = simulated(2, 300)
  expect(selections(stream, { ...active, sampleShare: 0 })).toEqual([])
})

test('a share of 1 picks every turn', () => {
  const { stream } = simulated(2, 300)
  expect(selections(stream, { ...active, sampleShare: 1 })).toHaveLength(300)
})
