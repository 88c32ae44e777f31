import fc from 'fast-check'
import { expect, test } from 'vitest'
import { State } from '#runtime/state.ts'
import { area, isCalibrated, type Pair, withPair } from '#services/judge/calibration.ts'
import { pairsOf } from '#services/judge/state.ts'
import { gold, sample, scores } from './events.ts'

/** Samples with their gold: the plan was right where `right`, and its margin says `margin`. */
const judged = (count: number, right: (at: number) => boolean, margin: (at: number) => number, agent = 'desk') =>
  Array.from({ length: count }, (_none, at) => [
    sample(`s${at}`, { plan: { margin: margin(at) }, agent }),
    gold(`s${at}`, { tool: right(at) ? 'quote' : 'fees', agent }),
  ]).flat()

const isOdd = (at: number): boolean => at % 2 === 1
const trusted = (stream: Parameters<typeof scores>[0]) => scores([...stream, sample('next')]).at(-1)?.trusted

test('signal scores are trusted once fifty gold answers agree with them', () => {
  const honest = (at: number): number => (isOdd(at) ? 0.9 : 0.1)
  expect(trusted(judged(49, isOdd, honest))).toBe(false)
  expect(trusted(judged(50, isOdd, honest))).toBe(true)
})

test('signals that contradict gold, or say nothing, are not trusted', () => {
  expect(trusted(judged(100, isOdd, at => (isOdd(at) ? 0.1 : 0.9)))).toBe(false)
  expect(trusted(judged(100, isOdd, () => 0.5))).toBe(false)
})

test('gold of one kind alone proves nothing', () => {
  expect(
    trusted(
      judged(
        100,
        at => at > 8,
        at => (at > 8 ? 0.9 : 0.1),
      ),
    ),
  ).toBe(false)
})

test('trust is lost when newer gold disagrees', () => {
  const good = judged(60, isOdd, at => (isOdd(at) ? 0.9 : 0.1))
  const drifted = judged(200, isOdd, at => (isOdd(at) ? 0.1 : 0.9))
  expect(trusted([...good, ...drifted])).toBe(false)
})

test('a sample calibrates once, and undecided gold never', () => {
  const state = new State()
  const undecided = gold('u', { outcome: 'undecided', tool: null })
  scores([sample('s'), gold('s'), gold('s', { tool: 'fees' }), sample('u'), undecided, gold('unknown')], state)
  expect(pairsOf(state, 'desk')).toEqual([[expect.any(Number), true]])
})

test('agents never mix', () => {
  expect(trusted(judged(100, isOdd, at => (isOdd(at) ? 0.9 : 0.1), 'other'))).toBe(false)
})

test('the area is 1 for a perfect ranking, one half for ties, and mirrored by turning the verdicts', () => {
  expect(
    area([
      [0.9, true],
      [0.8, true],
      [0.1, false],
    ]),
  ).toBe(1)
  expect(
    area([
      [0.5, true],
      [0.5, false],
    ]),
  ).toBe(0.5)
  expect(area([[0.5, true]])).toBeUndefined()
  const pairs = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean()), {
    minLength: 2,
    maxLength: 60,
  })
  fc.assert(
    fc.property(pairs, some => {
      const turned = area(some.map(([value, right]): Pair => [value, !right]))
      const straight = area(some)
      expect(turned === undefined).toBe(straight === undefined)
      if (straight !== undefined && turned !== undefined) expect(straight + turned).toBeCloseTo(1)
    }),
  )
})

test('only the newest two hundred pairs count', () => {
  const pairs = Array.from({ length: 450 }, (_none, at): Pair => [at / 450, isOdd(at)])
  const kept = pairs.reduce<readonly Pair[]>(withPair, [])
  expect(kept).toEqual(pairs.slice(-200))
  expect(isCalibrated(kept)).toBe(false)
})
