import { expect, test } from 'vitest'
import { backoffMs } from '#runtime/core/backoff.ts'

const limits = { firstMs: 20, maxMs: 1_000 }

test('the delay doubles up to the maximum, less at most half of it', () => {
  expect([0, 1, 2, 10, 5_000].map(attempt => backoffMs(attempt, limits, 0))).toEqual([20, 40, 80, 1_000, 1_000])
  expect(backoffMs(3, limits, 0.5)).toBe(120)
})

test('without a given number the delay is in its bounds, and not always the same', () => {
  const delays = Array.from({ length: 50 }, () => backoffMs(1, limits))
  expect(Math.min(...delays)).toBeGreaterThan(20 - 1e-9)
  expect(Math.max(...delays)).toBeLessThanOrEqual(40)
  expect(new Set(delays).size).toBeGreaterThan(1)
})
