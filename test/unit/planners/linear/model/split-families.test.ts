import { expect, test } from 'vitest'
import { splitFamilies } from '#planners/linear/model/split-families.ts'

test('never splits a family, and a family stays on its side when others come', () => {
  const rows = Array.from({ length: 300 }, (_, at) => ({ family: `f${at % 100}`, at }))
  const { rest, held } = splitFamilies(rows, 0.25, 'test')
  const heldFamilies = new Set(held.map(({ family }) => family))
  expect(rest.some(({ family }) => heldFamilies.has(family))).toBe(false)
  expect(heldFamilies.size).toBeGreaterThan(10)
  expect(heldFamilies.size).toBeLessThan(40)
  const fewer = splitFamilies(rows.slice(0, 50), 0.25, 'test').held
  expect(fewer.every(({ family }) => heldFamilies.has(family))).toBe(true)
})
