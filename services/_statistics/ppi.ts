import { type Interval, studentOverNormal, z95 } from './intervals.ts'
import { effectiveRows, totalWeight, type WeightedRow, weightedMean, weightedMeanVariance } from './weighted-mean.ts'

/** A row with gold: its true value, the judge's value, and its weight (1 / inclusion probability, or 1 for all). */
export type LabelledRow = { readonly truth: number; readonly judged: number; readonly weight: number }
/** A row without gold. */
export type UnlabelledRow = Pick<LabelledRow, 'judged' | 'weight'>

export type PpiEstimate = {
  readonly mean: number
  /** 95%. */
  readonly interval: Interval
  /** Weight of the judge's values, 0 or more; with 0 it is the mean of gold alone. */
  readonly power: number
}

/** With fewer rows with gold the interval of a mean is not reliable. */
export const minLabelled = 30

/**
 * The mean of the true value, from few rows with gold and many that a judge scored: PPI++ (Angelopoulos, Duchi and Zrnic,
 * arXiv:2311.01453, 2023). It is the judge's mean over the many, corrected by its error on the few. Both are multiplied by the
 * power that makes the variance smallest: 0 for a judge without information. A biased judge causes no bias. Undefined below
 * `minLabelled` rows with gold.
 */
export function ppiMean(
  labelled: readonly LabelledRow[],
  unlabelled: readonly UnlabelledRow[],
): PpiEstimate | undefined {
  if (labelled.length < minLabelled) return undefined
  const truths = labelled.map(({ truth: value, weight }) => ({ value, weight }))
  const known = labelled.map(({ judged: value, weight }) => ({ value, weight }))
  const others = unlabelled.map(({ judged: value, weight }) => ({ value, weight }))
  const power = others.length < 2 ? 0 : powerOf(labelled, others)
  const errors = labelled.map(({ truth, judged, weight }) => ({ value: truth - power * judged, weight }))
  const mean =
    power === 0 ? weightedMean(truths) : weightedMean(truths) + power * (weightedMean(others) - weightedMean(known))
  // Two degrees of freedom are lost: mean and power are estimated from the rows with gold.
  const freedom = Math.max(1, effectiveRows(labelled) - 2)
  const half =
    z95 *
    studentOverNormal(freedom) *
    Math.sqrt(weightedMeanVariance(errors) + (power === 0 ? 0 : power ** 2 * weightedMeanVariance(others)))
  return { mean, interval: { lower: mean - half, upper: mean + half }, power }
}

/**
 * cov(truth, judged) / ((1 + n / N) var(judged)), with total weights for n and N and the variance among rows with gold; at least 0.
 * Total weights, since rows with and without gold are one sample of production: the judge then also corrects for gold that does
 * not cover its share of it.
 */
function powerOf(labelled: readonly LabelledRow[], others: readonly WeightedRow[]): number {
  const mean = weightedMean(labelled.map(({ judged: value, weight }) => ({ value, weight })))
  const truth = weightedMean(labelled.map(({ truth: value, weight }) => ({ value, weight })))
  const squares = labelled.map(({ judged, weight }) => ({ value: (judged - mean) ** 2, weight }))
  const products = labelled.map(row => ({ value: (row.truth - truth) * (row.judged - mean), weight: row.weight }))
  const variance = weightedMean(squares)
  if (variance === 0) return 0
  return Math.max(0, weightedMean(products) / ((1 + totalWeight(labelled) / totalWeight(others)) * variance))
}
