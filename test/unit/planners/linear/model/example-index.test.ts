import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type GoldenExample, indexExamples } from '#planners/linear/model/example-index.ts'
import { featurize } from '#text/features.ts'
import { dot } from '#text/vectors.ts'

const words = ['card', 'lost', 'rate', 'euro', 'top', 'up', 'bank', 'fee', 'order', 'late']
const question = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 6 }).map(chosen => chosen.join(' '))
const collection = fc
  .array(fc.record({ question, family: fc.constantFrom('f1', 'f2', 'f3'), tool: fc.constantFrom('a', 'b') }), {
    maxLength: 30,
  })
  .map(rows => rows.map((row, at): GoldenExample => ({ id: `e${at}`, earlier: [], ...row })))

describe('indexExamples', () => {
  test('agrees with comparing every example', () => {
    fc.assert(
      fc.property(collection, question, fc.integer({ min: 1, max: 12 }), (rows, asked, count) => {
        const vector = featurize(asked)
        const all = rows.map(row => dot(vector, featurize(row.question))).filter(similarity => similarity > 0)
        const expected = all.sort((left, right) => right - left).slice(0, count)
        const found = indexExamples(rows).nearest(vector, count)
        expect(found).toHaveLength(expected.length)
        for (const [at, { similarity }] of found.entries()) expect(similarity).toBeCloseTo(expected[at] ?? 0, 5)
      }),
    )
  })

  test("never returns an example of the asker's own family, and loses no other for it", () => {
    fc.assert(
      fc.property(collection, question, (rows, asked) => {
        const vector = featurize(asked)
        const guarded = indexExamples(rows).nearest(vector, 5, 'f1')
        expect(guarded).toEqual(indexExamples(rows.filter(({ family }) => family !== 'f1')).nearest(vector, 5))
      }),
    )
  })

  test('one search leaves nothing behind for the next', () => {
    const index = indexExamples([{ id: 'e', family: 'f', tool: 'a', question: 'lost card', earlier: [] }])
    const first = index.nearest(featurize('lost card'), 1)
    expect(index.nearest(featurize('zzz'), 1)).toEqual([])
    expect(index.nearest(featurize('lost card'), 1)).toEqual(first)
  })

  test('finds an example by its earlier turns too', () => {
    const asked = { question: 'and the other one', earlier: ['my dividend is late'] }
    const index = indexExamples([
      { id: 'with', family: 'f', tool: 'a', ...asked },
      { id: 'without', family: 'g', tool: 'b', question: asked.question, earlier: [] },
    ])
    expect(index.nearest(featurize(asked.question, asked.earlier), 2)[0]?.id).toBe('with')
  })
})
