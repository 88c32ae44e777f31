import { describe, expect, it, test } from 'vitest'
import { correctedMean, type ReviewerScore, severities } from '#statistics/rater-severity.ts'
import { correlation, type Simulated, simulate } from './simulated-reviewers.ts'

const seeds = Array.from({ length: 10 }, (_none, seed) => seed + 1)
const reviewers: readonly Simulated[] = [-0.25, -0.15, -0.05, 0, 0.1, 0.2, 0.25, 0.3].map(severity => ({
  severity,
  errorRate: 0.05,
}))
const ratingsOf = (seed: number, items: number): ReviewerScore[] =>
  simulate(seed, items, reviewers, 10).flatMap(({ item, votes }) =>
    votes.map(({ reviewer, verdict }) => ({ item, reviewer, score: verdict === 'right' ? 1 : 0 })),
  )

test.each(seeds)('severities of simulated reviewers are recovered (seed %i)', seed => {
  const { of } = severities(ratingsOf(seed, 400))
  const truth = reviewers.map(({ severity }) => severity)
  expect(
    correlation(
      truth,
      truth.map((_severity, at) => of(`r${at}`)),
    ),
  ).toBeGreaterThanOrEqual(0.9)
})

test('correcting scores removes most of the error that severities bring into them, ten seeds together', () => {
  const known = { of: (reviewer: string): number => reviewers[Number(reviewer.slice(1))]?.severity ?? 0 }
  const error = { plain: 0, corrected: 0, oracle: 0 }
  for (const seed of seeds) {
    const byItem = Map.groupBy(ratingsOf(seed, 400), ({ item }) => item)
    const fitted = severities([...byItem.values()].flat())
    for (const { item, quality } of simulate(seed, 400, reviewers, 10)) {
      const own = byItem.get(item) ?? []
      error.plain += ((correctedMean(own, { of: () => 0 }) ?? 0) - quality) ** 2
      error.corrected += ((correctedMean(own, fitted) ?? 0) - quality) ** 2
      error.oracle += ((correctedMean(own, known) ?? 0) - quality) ** 2
    }
  }
  expect(error.plain - error.corrected).toBeGreaterThan(0.5 * (error.plain - error.oracle))
})

describe('by hand', () => {
  it('one rating says half of what it seems to', () => {
    const { of } = severities([
      { item: 'x', reviewer: 'ann', score: 1 },
      { item: 'x', reviewer: 'bob', score: 0 },
    ])
    expect(of('bob')).toBeCloseTo(0.25, 4)
    expect(of('ann')).toBeCloseTo(-0.25, 4)
    expect(of('nobody')).toBe(0)
  })

  it('who scores hard items is not severe for it', () => {
    const both = (item: string, score: number): ReviewerScore[] =>
      ['ann', 'bob'].map(reviewer => ({ item, reviewer, score }))
    const shared = Array.from({ length: 20 }, (_none, at) => both(`s${at}`, at % 2)).flat()
    const hard = Array.from({ length: 20 }, (_none, at) => [
      { item: `h${at}`, reviewer: 'bob', score: 0 },
      { item: `h${at}`, reviewer: 'cy', score: 0 },
    ]).flat()
    const { of } = severities([...shared, ...hard])
    expect(Math.abs(of('bob') - of('ann'))).toBeLessThan(0.1)
  })

  it('nothing is known from nothing', () => {
    expect(severities([]).of('ann')).toBe(0)
    expect(correctedMean([], severities([]))).toBeNull()
  })
})
