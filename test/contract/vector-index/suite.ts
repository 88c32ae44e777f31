import { randomUUID } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { IndexedVector, VectorIndex } from '#planners/examples/vector-index.ts'

const dimensions = 384

/** A unit vector at an angle in the plane of two axes: the smaller the difference of angles, the nearer. */
export function atAngle(angle: number, axis = 0): Float32Array {
  const vector = new Float32Array(dimensions)
  vector[axis] = Math.cos(angle)
  vector[axis + 1] = Math.sin(angle)
  return vector
}

/** Rows at rising angles: row 0 is the nearest to angle 0. */
export const rowsOf = (count: number, familyOf: (index: number) => string = String): IndexedVector[] =>
  Array.from({ length: count }, (_, i) => ({ id: `row-${i}`, family: familyOf(i), vector: atAngle(i / count) }))

const ids = (...numbers: readonly number[]): string[] => numbers.map(number => `row-${number}`)

/** What every vector index promises. */
export function vectorIndexContract(name: string, open: () => Promise<VectorIndex> | VectorIndex): void {
  const openFor = async (): Promise<VectorIndex> => {
    const index = await open()
    onTestFinished(() => index.close())
    return index
  }
  const newName = (): string => randomUUID().replaceAll('-', '').padEnd(64, '0')

  describe(name, { timeout: 60_000 }, () => {
    test('finds the nearest by cosine, nearest first', async () => {
      const index = await openFor()
      const built = newName()
      await index.build(built, rowsOf(100).toReversed())
      expect(await index.search(built, atAngle(0), 3)).toEqual(ids(0, 1, 2))
      expect(await index.search(built, atAngle(0.502), 3)).toEqual(ids(50, 51, 49))
      // Cosine does not care for length.
      expect(
        await index.search(
          built,
          atAngle(0.502).map(x => x * 7),
          1,
        ),
      ).toEqual(ids(50))
    })

    test('answers all rows where there are fewer than asked for, and none where there are none', async () => {
      const index = await openFor()
      const [small, empty] = [newName(), newName()]
      await index.build(small, rowsOf(2))
      await index.build(empty, [])
      expect(await index.search(small, atAngle(0), 10)).toEqual(ids(0, 1))
      expect(await index.search(empty, atAngle(0), 10)).toEqual([])
    })

    test('leaves out a family however large it is, and still gives as many as asked for', async () => {
      const index = await openFor()
      const built = newName()
      await index.build(
        built,
        rowsOf(300, i => (i < 200 ? 'large' : `${i}`)),
      )
      expect(await index.search(built, atAngle(0), 3, 'large')).toEqual(ids(200, 201, 202))
      expect(await index.search(built, atAngle(0), 2, 'no such family')).toEqual(ids(0, 1))
      expect(await index.search(built, atAngle(1), 2, '299')).toEqual(ids(298, 297))
    })

    test.each(["o'brien", "x' OR '1'='1", '"', '\\', 'ü', ''])('takes the family %j as it is', async family => {
      const index = await openFor()
      const built = newName()
      await index.build(
        built,
        rowsOf(100, i => (i < 80 ? family : 'other')),
      )
      expect(await index.search(built, atAngle(0), 2, family)).toEqual(ids(80, 81))
    })

    test('gives equally near rows in the order of their ids', async () => {
      const index = await openFor()
      const built = newName()
      await index.build(
        built,
        ['c', 'a', 'b'].map(id => ({ id, family: id, vector: atAngle(0) })),
      )
      expect(await index.search(built, atAngle(0), 3)).toEqual(['a', 'b', 'c'])
    })

    test('is built once: again is free of effect, also at the same time', async () => {
      const index = await openFor()
      const built = newName()
      await Promise.all(Array.from({ length: 4 }, () => index.build(built, rowsOf(10))))
      await index.build(built, rowsOf(10))
      expect(await index.search(built, atAngle(0), 20)).toHaveLength(10)
    })

    test('searches at the same time', async () => {
      const index = await openFor()
      const built = newName()
      await index.build(built, rowsOf(64))
      const found = await Promise.all(
        Array.from({ length: 64 }, (_, i) => index.search(built, atAngle(i / 64), 1, 'none')),
      )
      expect(found.flat()).toEqual(ids(...Array.from({ length: 64 }, (_, i) => i)))
    })

    test('says which index there is not', async () => {
      const index = await openFor()
      const absent = newName()
      await expect(index.search(absent, atAngle(0), 1)).rejects.toMatchObject({
        code: 'FLY_OBJECT',
        message: expect.stringContaining(absent),
      })
      await index.build(absent, rowsOf(1))
      expect(await index.search(absent, atAngle(0), 1)).toEqual(ids(0))
    })

    test('refuses vectors of another length', async () => {
      const index = await openFor()
      const built = newName()
      const short = [{ id: 'a', family: 'a', vector: new Float32Array(3) }]
      await expect(index.build(built, short)).rejects.toMatchObject({ code: 'FLY_BUG' })
      await index.build(built, rowsOf(1))
      await expect(index.search(built, new Float32Array(3), 1)).rejects.toMatchObject({ code: 'FLY_BUG' })
    })
  })
}
