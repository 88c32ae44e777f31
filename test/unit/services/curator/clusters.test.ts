import { expect, test } from 'vitest'
import { selectDiverse } from '#services/curator/clusters.ts'
import { featurize } from '#text/features.ts'
import { words } from './makers.ts'

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
