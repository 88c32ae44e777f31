import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareWeighted, countPairs, pairsByTool } from '#services/evaluator/metrics.ts'
import { mulberry32 } from '#statistics/random.ts'

const rows = (text: string) =>
  text.split(' ').map((word, at) => {
    const [tool = '', candidateTool = '', baselineTool = ''] = word.split('')
    return { id: `${at}`, tool, candidateTool, baselineTool, inclusionProbability: 1 }
  })

test('equal chances leave accuracies and the difference as they are', () => {
  const { candidateAccuracy, baselineAccuracy, difference } = compareWeighted(rows('aab aba aaa abb'))
  expect([candidateAccuracy, baselineAccuracy, difference]).toEqual([0.5, 0.5, 0])
  expect(compareWeighted([])).toMatchObject({ candidateAccuracy: 0, difference: 0, lower: -1, upper: 1 })
})

test('rows that were chosen for being hard do not decide for the many that were not', () => {
  // One easy row stands for ten turns, where the candidate loses; it gains on two hard rows that stand for themselves.
  const [easy, ...hard] = rows('aba aab bba')
  const weighed = compareWeighted([...(easy ? [{ ...easy, inclusionProbability: 0.1 }] : []), ...hard])
  expect(weighed.difference).toBeCloseTo((-10 + 1 - 0 + (hard[1]?.candidateTool === 'b' ? 1 : 0)) / 12, 12)
  expect(weighed.lower).toBeLessThan(weighed.difference)
})

test('the interval covers the truth of a stream that was sampled actively', () => {
  const random = mulberry32(7)
  let covered = 0
  const streams = 400
  for (let stream = 0; stream < streams; stream++) {
    const turns = Array.from({ length: 1500 }, () => ({ hard: random() < 0.3, draw: random() }))
    const all = turns.map(({ hard, draw }, at) => {
      const candidateTool = draw < (hard ? 0.3 : 0.05) ? 'x' : 'a'
      const baselineTool = draw > (hard ? 0.4 : 0.97) ? 'x' : 'a'
      return { id: `${at}`, tool: 'a', candidateTool, baselineTool, inclusionProbability: hard ? 0.5 : 0.1 }
    })
    const truth = compareWeighted(all.map(row => ({ ...row, inclusionProbability: 1 }))).difference
    const { lower, upper } = compareWeighted(all.filter(({ inclusionProbability }) => random() < inclusionProbability))
    if (lower <= truth && truth <= upper) covered++
  }
  expect(covered / streams).toBeGreaterThan(0.92)
})

test('gained and lost are the rows that only one answered right, overall and per gold tool', () => {
  const some = rows('aab aba aaa abb bba bbb')
  expect(countPairs(some)).toEqual({ gained: 2, lost: 1 })
  expect(pairsByTool(some)).toEqual([
    { name: 'a', rows: 4, gained: 1, lost: 1 },
    { name: 'b', rows: 2, gained: 1, lost: 0 },
  ])
})

test('strata add up to the whole', () => {
  const letter = fc.constantFrom('a', 'b', 'c')
  const row = fc.record({
    id: fc.string(),
    tool: letter,
    candidateTool: letter,
    baselineTool: letter,
    inclusionProbability: fc.constant(1),
  })
  fc.assert(
    fc.property(fc.array(row), some => {
      const strata = pairsByTool(some)
      const sum = (field: 'rows' | 'gained' | 'lost') => strata.reduce((total, stratum) => total + stratum[field], 0)
      expect({ gained: sum('gained'), lost: sum('lost') }).toEqual(countPairs(some))
      expect(sum('rows')).toBe(some.length)
    }),
  )
})
