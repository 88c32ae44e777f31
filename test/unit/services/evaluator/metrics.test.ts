import fc from 'fast-check'
import { expect, test } from 'vitest'
import { accuracy, macroF1, median, pairsOf, strataOf } from '#services/evaluator/metrics.ts'

const rows = (text: string) =>
  text.split(' ').map((word, at) => {
    const [tool = '', candidateTool = '', baselineTool = ''] = word.split('')
    return { id: `${at}`, tool, candidateTool, baselineTool }
  })

const answers = (text: string) => rows(text).map(({ tool, candidateTool: answer }) => ({ tool, answer }))

test('macro-F1 is the mean over gold tools of 2 right / (gold + answered)', () => {
  // a: 2 of 3 gold right, answered 2; b: 1 of 1 right, answered 2; c is answered but never gold.
  expect(macroF1(answers('aa aa ab bb'))).toBeCloseTo((4 / 5 + 2 / 3) / 2, 12)
  expect(macroF1(answers('aa ac'))).toBeCloseTo(2 / 3, 12)
  expect(macroF1([])).toBe(0)
})

test('accuracy counts rows answered with the gold tool', () => {
  expect(accuracy(answers('aa ab bb bb'))).toBe(0.75)
  expect(accuracy([])).toBe(0)
})

test('gained and lost are the rows that only one answered right, overall and per gold tool', () => {
  const some = rows('aab aba aaa abb bba bbb')
  expect(pairsOf(some)).toEqual({ gained: 2, lost: 1 })
  expect(strataOf(some)).toEqual([
    { name: 'a', rows: 4, gained: 1, lost: 1 },
    { name: 'b', rows: 2, gained: 1, lost: 0 },
  ])
})

test('strata add up to the whole', () => {
  const letter = fc.constantFrom('a', 'b', 'c')
  const row = fc.record({ id: fc.string(), tool: letter, candidateTool: letter, baselineTool: letter })
  fc.assert(
    fc.property(fc.array(row), some => {
      const strata = strataOf(some)
      const sum = (field: 'rows' | 'gained' | 'lost') => strata.reduce((total, stratum) => total + stratum[field], 0)
      expect({ gained: sum('gained'), lost: sum('lost') }).toEqual(pairsOf(some))
      expect(sum('rows')).toBe(some.length)
    }),
  )
})

test('the median', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, 0])
})
