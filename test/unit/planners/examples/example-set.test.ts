import { expect, test } from 'vitest'
import { openExamples, putExamples } from '#planners/examples/example-set.ts'
import type { IndexedVector } from '#planners/examples/vector-index.ts'
import { exactSearch } from '#test/support/doubles/exact-search.ts'
import { inMemoryObjects } from '#test/support/doubles/in-memory-objects.ts'

const example = (id: string, family: string) => ({
  ...{ id, family, question: `ask ${id}`, earlier: [] },
  ...{ tool: 'quote', argument: id },
})
const examples = [example('a', 'one'), example('b', 'two'), example('c', 'two')]
const vectors = [Float32Array.of(1, 0), Float32Array.of(0.8, 0.6), Float32Array.of(0, 1)]

function stores() {
  const indexes = new Map<string, readonly IndexedVector[]>()
  return { indexes, objects: inMemoryObjects(), vectors: exactSearch(indexes) }
}

test('a set is found by its digest, which is also the name of its index', async () => {
  const opened = stores()
  const digest = await putExamples(examples, vectors, opened)
  expect([...opened.indexes.keys()]).toEqual([digest])
  const { all, nearest } = await openExamples(digest, opened)
  expect(all).toEqual(examples)
  expect((await nearest(Float32Array.of(0.9, 0.4), 2)).map(({ id }) => id)).toEqual(['b', 'a'])
})

test('no example of the family that is left out is found', async () => {
  const opened = stores()
  const { nearest } = await openExamples(await putExamples(examples, vectors, opened), opened)
  expect((await nearest(Float32Array.of(0, 1), 3, 'two')).map(({ id }) => id)).toEqual(['a'])
})

test('an empty set has no index', async () => {
  const opened = stores()
  await putExamples([], [], opened)
  expect(opened.indexes.size).toBe(0)
})

test('a set without a vector for each example is a bug', async () => {
  await expect(putExamples(examples, vectors.slice(1), stores())).rejects.toMatchObject({ code: 'FLY_BUG' })
})

test('a set that is not there is FLY_OBJECT', async () => {
  await expect(openExamples('absent', stores())).rejects.toMatchObject({ code: 'FLY_OBJECT' })
})
