import { expect, it } from 'vitest'
import { estimateQuality, MIN_GOLD_FOR_INTERVAL } from '#services/console/quality.ts'
import { wilson, z95 } from '#statistics/intervals.ts'
import { mulberry32 } from '#statistics/random.ts'

/**
 * By hand: weights 2, 4, 1, of ten each 70 together; mean 3/7; squares 32/49, 108/49 and 0 for one of each, over 1 minus the
 * share of the weight, squared.
 */
const known = [
  { probability: 0.5, score: 1 },
  { probability: 0.25, score: 0 },
  { probability: 1, score: 1 },
]
const ten = Array.from({ length: 10 }, () => known).flat()

it('is the Hajek mean, with the interval of as many rows as its variance is worth', () => {
  const { mean, interval, biasedMean, gold, sampled } = estimateQuality([...ten, { probability: 0.1, score: null }])
  const [one, other] = [32 / 49 / (1 - 2 / 70) ** 2, 108 / 49 / (1 - 4 / 70) ** 2]
  const freedom = (10 * (one + other) ** 2) / (one ** 2 + other ** 2)
  const student = 1 + (z95 ** 2 + 1) / (4 * freedom)
  const worth = ((3 / 7) * (4 / 7) * 70 ** 2) / (10 * (one + other)) / student ** 2
  const range = wilson((3 / 7) * worth, worth)
  expect(mean).toBeCloseTo(3 / 7, 12)
  expect(interval?.lower).toBeCloseTo(range.lower, 12)
  expect(interval?.upper).toBeCloseTo(range.upper, 12)
  expect(biasedMean).toBeCloseTo(2 / 3, 12)
  expect([gold, sampled]).toEqual([30, 31])
})

it('has no interval from a handful, from equal scores, or from nothing', () => {
  expect(estimateQuality(known)).toMatchObject({ mean: expect.closeTo(3 / 7), interval: null })
  const equal = Array.from({ length: MIN_GOLD_FOR_INTERVAL }, () => ({ probability: 0.5, score: 1 }))
  expect(estimateQuality(equal)).toMatchObject({ mean: 1, interval: null })
  expect(estimateQuality([{ probability: 0.5, score: null }])).toEqual({
    sampled: 1,
    gold: 0,
    mean: null,
    interval: null,
    biasedMean: null,
  })
})

it('covers the known truth of simulated streams in about 95%, where the plain mean is far off', () => {
  const random = mulberry32(11)
  let covered = 0
  let plainWithin = 0
  const streams = 1_000
  for (let stream = 0; stream < streams; stream++) {
    // Wrong plans are sampled four times as often as right ones.
    const turns = Array.from({ length: 1_500 }, () =>
      random() < 0.8 ? { score: 1, probability: 0.1 } : { score: 0, probability: 0.4 },
    )
    const truth = turns.reduce((sum, { score }) => sum + score, 0) / turns.length
    const { interval, biasedMean } = estimateQuality(turns.filter(({ probability }) => random() < probability))
    if (interval && interval.lower <= truth && truth <= interval.upper) covered++
    if (interval && biasedMean !== null && interval.lower <= biasedMean && biasedMean <= interval.upper) plainWithin++
  }
  expect(covered / streams).toBeGreaterThan(0.93)
  expect(covered / streams).toBeLessThan(0.97)
  expect(plainWithin).toBe(0)
})
