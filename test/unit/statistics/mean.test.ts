import { expect, test } from 'vitest'
import { differenceOfMeans, mean } from '#statistics/mean.ts'

test('the mean', () => {
  expect(mean([1, 2, 6])).toBe(3)
  expect(mean([])).toBeUndefined()
})

test('a difference of means has the sum of the variances of both means', () => {
  const found = differenceOfMeans([1, 2, 6], [1, 3])
  expect(found?.difference).toBe(1)
  // Sums of squares 4 + 1 + 9 and 1 + 1, each over n - 1 and over n.
  expect(found?.variance).toBeCloseTo(14 / 2 / 3 + 2 / 1 / 2, 12)
  expect(differenceOfMeans([1, 2], [1])).toBeUndefined()
})
