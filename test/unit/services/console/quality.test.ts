import { expect, it } from 'vitest'
import { estimateQuality, type GoldScore } from '#services/console/quality.ts'
import type { SampledTurn } from '#statistics/estimation-rows.ts'
import { wilson, z95 } from '#statistics/intervals.ts'
import { MIN_ROWS_FOR_INTERVAL } from '#statistics/production-mean.ts'

/** Turns in the order of their selection; without a score they wait for reviewers. */
const turns = (rows: readonly { probability: number; score: number | null }[]): SampledTurn<GoldScore>[] =>
  rows.map(({ probability, score }, at) => ({
    ...{ sampleId: `s${at}`, at, probability },
    gold: score === null ? null : { score },
  }))

/**
 * By hand: weights 2, 4, 1, of ten each 70 together; mean 3/7; squares 64/49, 144/49 and 16/49 for one of each, over 1 minus the
 * share of the weight, squared.
 */
const known = [
  { probability: 0.5, score: 1 },
  { probability: 0.25, score: 0 },
  { probability: 1, score: 1 },
]
const ten = Array.from({ length: 10 }, () => known).flat()

it('is the Hajek mean, with the interval of as many rows as its variance is worth', () => {
  const { mean, interval, biasedMean, gold, sampled } = estimateQuality(
    turns([...ten, { probability: 0.1, score: null }]),
  )
  const squares = [64 / 49 / (1 - 2 / 70) ** 2, 144 / 49 / (1 - 4 / 70) ** 2, 16 / 49 / (1 - 1 / 70) ** 2]
  const sum = squares.reduce((total, square) => total + square, 0)
  const freedom = (10 * sum ** 2) / squares.reduce((total, square) => total + square ** 2, 0)
  const student = 1 + (z95 ** 2 + 1) / (4 * freedom)
  const worth = ((3 / 7) * (4 / 7) * 70 ** 2) / (10 * sum) / student ** 2
  const range = wilson((3 / 7) * worth, worth)
  expect(mean).toBeCloseTo(3 / 7, 12)
  expect(interval?.lower).toBeCloseTo(range.lower, 12)
  expect(interval?.upper).toBeCloseTo(range.upper, 12)
  expect(biasedMean).toBeCloseTo(2 / 3, 12)
  expect([gold, sampled]).toEqual([30, 31])
})

it('has no interval from a handful, from equal scores, or from nothing', () => {
  expect(estimateQuality(turns(known))).toMatchObject({ mean: expect.closeTo(3 / 7), interval: null })
  const equal = Array.from({ length: MIN_ROWS_FOR_INTERVAL }, () => ({ probability: 0.5, score: 1 }))
  expect(estimateQuality(turns(equal))).toMatchObject({ mean: 1, interval: null })
  expect(estimateQuality(turns([{ probability: 0.5, score: null }]))).toEqual({
    sampled: 1,
    gold: 0,
    used: 0,
    until: null,
    mean: null,
    interval: null,
    biasedMean: null,
  })
})

it('uses what was selected before the first turn that waits, in the order of selection, and says until when', () => {
  const rows = turns([
    { probability: 0.5, score: 1 },
    { probability: 0.5, score: 0 },
    { probability: 0.5, score: null },
    { probability: 0.5, score: 0 },
  ])
  expect(estimateQuality(rows.toReversed())).toMatchObject({ sampled: 4, gold: 3, used: 2, until: 1, mean: 0.5 })
})

it('does not wait for reviewers who could not tell', () => {
  const unclear = { sampleId: 'unclear', at: -1, probability: 0.5, gold: { score: null } }
  expect(estimateQuality([unclear, ...turns([{ probability: 0.5, score: 1 }])])).toMatchObject({
    gold: 2,
    used: 1,
    mean: 1,
  })
})
