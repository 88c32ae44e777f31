import fc from 'fast-check'
import { expect, test } from 'vitest'
import { allocateRows, stratumName } from '#services/curator/select-rows.ts'
import { call, userMessage } from '#test/support/data/turns.ts'

test('an allocation adds up, never takes more than there is, and keeps the floor', () => {
  const stratum = fc.record({
    size: fc.integer({ min: 1, max: 500 }),
    deviation: fc.double({ min: 0.01, max: 0.5, noNaN: true }),
  })
  fc.assert(
    fc.property(
      fc.array(stratum, { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 0, max: 3000 }),
      (strata, total) => {
        const drawn = allocateRows(strata, total, 5)
        const all = strata.reduce((sum, { size }) => sum + size, 0)
        expect(drawn.reduce((sum, count) => sum + count, 0)).toBe(Math.min(total, all))
        drawn.forEach((count, at) => {
          expect(count).toBeLessThanOrEqual(strata[at]?.size ?? 0)
          if (total >= 5 * strata.length) expect(count).toBeGreaterThanOrEqual(Math.min(5, strata[at]?.size ?? 0))
        })
      },
    ),
  )
})

test('strata of equal size share in proportion to the deviation of their errors', () => {
  const counts = allocateRows(
    [
      { size: 1000, deviation: 0.4 },
      { size: 1000, deviation: 0.1 },
    ],
    500,
    0,
  )
  expect(counts).toEqual([400, 100])
})

test('strata follow tool and turns', () => {
  const name = (...texts: string[]) => stratumName({ calls: [call('quote')], messages: texts.map(userMessage) })
  expect([name('a'), name('a', 'b'), name('a', 'b', 'c'), name('a', 'b', 'c', 'd')]).toEqual([
    'quote/first',
    'quote/repeat, 2-3 turns',
    'quote/repeat, 2-3 turns',
    'quote/repeat, 4 turns or more',
  ])
})
