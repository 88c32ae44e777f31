import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  holmCorrection,
  mcNemar,
  mcNemarOneSided,
  minimumDetectableDifference,
  pairedDifference,
  tangoInterval,
} from '#statistics/paired-tests.ts'
import { mulberry32 } from '#statistics/random.ts'

const pairs = fc
  .tuple(fc.nat(200), fc.nat(200), fc.nat(400))
  .filter(([gained, lost, same]) => gained + lost + same > 0)
  .map(([gained, lost, same]) => ({ gained, lost, rows: gained + lost + same }))

/** Bounds are roots of this polynomial: Yang, Sun and Hardin's closed form of Tango's interval (2013). */
function quartic(n: number, b: number, c: number, x: number): number {
  const g = 1.959963984540054 ** 2
  const d = b - c
  const m0 = n ** 2 * (n / g + 1) ** 2
  const m1 = -n * d * (n / g + 1) * ((4 * n) / g + 1)
  const m2 = (2 * n * d ** 2 * ((3 * n) / g + 2)) / g - n ** 2 * ((b + c) / g + 1)
  const m3 = n * d * ((2 * (b + c)) / g + 1) - (d ** 3 * ((4 * n) / g + 1)) / g
  const m4 = (d ** 2 * (d ** 2 / g - (b + c))) / g
  return ((((m0 * x + m1) * x + m2) * x + m3) * x + m4) / m0
}

test.each([
  [12, 2, 50],
  [40, 20, 160],
  [5, 9, 300],
])('the interval of %i gained and %i lost of %i solves the closed form', (gained, lost, rows) => {
  const { lower, upper } = tangoInterval({ gained, lost, rows })
  expect(quartic(rows, gained, lost, lower)).toBeCloseTo(0, 10)
  expect(quartic(rows, gained, lost, upper)).toBeCloseTo(0, 10)
})

test('the interval holds the estimate, stays inside [-1, 1] and mirrors', () => {
  fc.assert(
    fc.property(pairs, ({ gained, lost, rows }) => {
      const { lower, upper } = tangoInterval({ gained, lost, rows })
      const estimate = pairedDifference({ gained, lost, rows })
      expect(lower).toBeGreaterThanOrEqual(-1)
      expect(lower).toBeLessThanOrEqual(estimate)
      expect(upper).toBeGreaterThanOrEqual(estimate)
      expect(upper).toBeLessThanOrEqual(1)
      const mirrored = tangoInterval({ gained: lost, lost: gained, rows })
      expect(mirrored.upper).toBeCloseTo(-lower, 8)
    }),
  )
})

test('the interval covers the truth in 93% to 97% of 2,000 simulated sets', () => {
  const random = mulberry32(11)
  let covered = 0
  for (let run = 0; run < 2000; run++) {
    const draws = Array.from({ length: 300 }, random)
    const gained = draws.filter(draw => draw < 0.1).length
    const lost = draws.filter(draw => draw > 0.94).length
    const { lower, upper } = tangoInterval({ gained, lost, rows: 300 })
    if (lower <= 0.04 && 0.04 <= upper) covered++
  }
  expect(covered / 2000).toBeGreaterThan(0.93)
  expect(covered / 2000).toBeLessThan(0.97)
})

test('without a differing pair the interval still has a width', () => {
  const { lower, upper } = tangoInterval({ gained: 0, lost: 0, rows: 30 })
  expect([lower, upper]).toEqual([expect.closeTo(-0.1135, 4), expect.closeTo(0.1135, 4)])
  expect(tangoInterval({ gained: 0, lost: 0, rows: 0 })).toEqual({ lower: -1, upper: 1 })
})

test('McNemar is exact: 12 against 2 is 2 x 106 / 2^14', () => {
  expect(mcNemar({ gained: 12, lost: 2, rows: 50 })).toBeCloseTo(212 / 2 ** 14, 12)
  expect(mcNemarOneSided({ gained: 2, lost: 12, rows: 50 })).toBeCloseTo(106 / 2 ** 14, 12)
  expect(mcNemar({ gained: 0, lost: 0, rows: 50 })).toBe(1)
  expect(mcNemarOneSided({ gained: 1200, lost: 800, rows: 5000 })).toBeCloseTo(1, 6)
})

test('Holm multiplies the smallest by their number and never lets a larger one be less', () => {
  expect(holmCorrection([0.04, 0.01, 0.03])).toEqual([0.06, 0.03, 0.06])
  expect(holmCorrection([])).toEqual([])
})

test('four times the rows show half the difference', () => {
  expect(minimumDetectableDifference({ gained: 20, lost: 20, rows: 400 })).toBeCloseTo(
    2 * minimumDetectableDifference({ gained: 80, lost: 80, rows: 1600 }),
  )
})
