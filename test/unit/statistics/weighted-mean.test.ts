import { expect, test } from 'vitest'
import { effectiveRows, weightedMean, weightedMeanVariance } from '#statistics/weighted-mean.ts'

const rows = [
  { value: 1, weight: 3 },
  { value: 0, weight: 1 },
]

test('with equal weights they are the mean, its usual variance and the number of rows', () => {
  const equal = [1, 2, 3, 6].map(value => ({ value, weight: 5 }))
  expect(weightedMean(equal)).toBe(3)
  // Sample variance 14 / 3, over four rows.
  expect(weightedMeanVariance(equal)).toBeCloseTo(14 / 3 / 4)
  expect(effectiveRows(equal)).toBeCloseTo(4)
})

test('weights count', () => {
  expect(weightedMean(rows)).toBe(0.75)
  // (3 * .25)^2 + (1 * -.75)^2 over 4^2, times 2 / 1.
  expect(weightedMeanVariance(rows)).toBeCloseTo((2 * (0.75 ** 2 + 0.75 ** 2)) / 16)
  expect(effectiveRows(rows)).toBeCloseTo(16 / 10)
  expect(effectiveRows([])).toBe(0)
})
