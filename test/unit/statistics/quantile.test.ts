import { expect, test } from 'vitest'
import { median, quantile } from '#statistics/quantile.ts'

test('the median is the middle value, or the mean of the two middle ones', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
  expect(median([])).toBeUndefined()
})

test('a quantile is the value of the nearest rank', () => {
  const values = [30, 10, 50, 20, 40]
  expect([0.2, 0.21, 0.5, 0.95, 1].map(share => quantile(values, share))).toEqual([10, 20, 30, 50, 50])
  expect(quantile([], 0.5)).toBeUndefined()
})
