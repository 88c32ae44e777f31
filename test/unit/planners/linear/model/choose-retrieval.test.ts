import { expect, test } from 'vitest'
import { chooseRetrieval, type HeldRow } from '#planners/linear/model/choose-retrieval.ts'

const positions = new Map([
  ['quote', 0],
  ['fees', 1],
])
const candidates = [
  { neighbours: 2, weight: 0 },
  { neighbours: 2, weight: 0.5 },
  { neighbours: 1, weight: 0.5 },
]
const neighbour = (tool: string, similarity: number) => ({ id: tool, tool, similarity })

/** The planner is undecided; the nearest example and the one after it say these tools. */
const row = (nearest: string, next: string): HeldRow => ({
  tool: 0,
  own: Float64Array.of(0.5, 0.5),
  near: [neighbour(nearest, 0.9), neighbour(next, 0.89)],
})

test('examples vote where they know better than the planner', () => {
  expect(chooseRetrieval([row('quote', 'quote')], candidates, positions)).toEqual({ neighbours: 2, weight: 0.5 })
})

test('they do not where they mislead', () => {
  expect(chooseRetrieval([row('fees', 'fees')], candidates, positions)).toEqual({ neighbours: 2, weight: 0 })
})

test('only as many vote as help', () => {
  expect(chooseRetrieval([row('quote', 'fees')], candidates, positions)).toEqual({ neighbours: 1, weight: 0.5 })
})
