import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maxBatchSize, minBatchSize, nextBatchSize } from '#runtime/core/batch-size.ts'

const size = fc.integer({ min: minBatchSize, max: maxBatchSize })
const milliseconds = fc.double({ min: 0, max: 1_000_000, noNaN: true })

/** What is asked for after many full batches, each of whose records takes so long. */
function settled(perRecord: number): number {
  let asked = minBatchSize
  for (let batches = 0; batches < 20; batches++) asked = nextBatchSize(asked, asked, asked * perRecord)
  return asked
}

test('a batch stays within its bounds, and changes by a factor of two at most', () => {
  fc.assert(
    fc.property(size, fc.double({ min: 0, max: 1, noNaN: true }), milliseconds, (asked, share, took) => {
      const next = nextBatchSize(asked, Math.ceil(asked * share), took)
      expect(Number.isInteger(next)).toBe(true)
      expect(next).toBeGreaterThanOrEqual(Math.max(minBatchSize, Math.floor(asked / 2)))
      expect(next).toBeLessThanOrEqual(Math.min(maxBatchSize, asked * 2))
    }),
  )
})

test('a backlog of quick records is taken in the largest batches, of slow ones in the smallest', () => {
  expect(settled(0.05)).toBe(maxBatchSize)
  expect(settled(300)).toBe(minBatchSize)
})

test('in between, a batch comes to take a quarter of a second', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.2, max: 15, noNaN: true }), perRecord => {
      expect(Math.abs(settled(perRecord) * perRecord - 250)).toBeLessThanOrEqual(perRecord)
    }),
  )
})

test('a batch that the log could not fill makes the next one smaller where it was slow, never larger', () => {
  expect(nextBatchSize(500, 20, 1)).toBe(500)
  expect(nextBatchSize(500, 20, 10_000)).toBe(250)
})
