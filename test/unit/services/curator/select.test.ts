import fc from 'fast-check'
import { expect, test } from 'vitest'
import { allocateRows } from '#services/curator/allocation.ts'
import { selectDiverse } from '#services/curator/clusters.ts'
import { stratumName } from '#services/curator/select-rows.ts'
import { featurize } from '#text/features.ts'
import { words } from './makers.ts'

test('an allocation adds up, never takes more than there is, and keeps the floor', () => {
  const stratum = fc.record({
    size: fc.integer({ min: 1, max: 500 }),
    spread: fc.double({ min: 0.01, max: 0.5, noNaN: true }),
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

test('equal sizes share by spread', () => {
  const counts = allocateRows(
    [
      { size: 1000, spread: 0.4 },
      { size: 1000, spread: 0.1 },
    ],
    500,
    0,
  )
  expect(counts).toEqual([400, 100])
})

test('picks are distinct, as many as asked for, and cover each group', () => {
  const groups = [0, 1, 2, 3].map(group =>
    Array.from({ length: 50 }, (_, n) =>
      featurize(`${words(group)} ${words(group + 10)} ${words(100 + n).slice(0, 6)}`),
    ),
  )
  const picks = selectDiverse(groups.flat(), 20, 7)
  expect(new Set(picks).size).toBe(20)
  expect(new Set(picks.map(at => Math.floor(at / 50))).size).toBe(4)
  expect(selectDiverse(groups.flat(), 20, 7)).toEqual(picks)
})

test('vectors that are all alike can still be picked from', () => {
  const same = Array.from({ length: 30 }, () => featurize('the same words'))
  expect(new Set(selectDiverse(same, 12, 1)).size).toBe(12)
})

test('strata follow tool and turns', () => {
  const name = (earlier: readonly string[]) => stratumName({ tool: 'quote', earlier })
  expect([name([]), name(['a']), name(['a', 'b']), name(['a', 'b', 'c'])]).toEqual([
    'quote/first',
    'quote/repeat, 2-3 turns',
    'quote/repeat, 2-3 turns',
    'quote/repeat, 4 turns or more',
  ])
})
