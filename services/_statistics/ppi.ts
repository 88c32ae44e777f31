import { type Interval, studentOverNormal, z95 } from './intervals.ts'

/** A row with gold: its true value, what the judge had said of it, and its weight (1 / inclusion probability; 1 where all are alike). */
export type LabelledRow = { readonly truth: number; readonly judged: number; readonly weight: number }
/** A row that only the judge has seen. */
export type UnlabelledRow = Pick<LabelledRow, 'judged' | 'weight'>

export type PpiEstimate = {
  readonly mean: number
  /** 95%. */
  readonly interval: Interval
  /** How far the judge is relied on, 0 or more; 0 makes it the mean of gold alone. */
  readonly power: number
}

/** With fewer rows with gold no interval of a mean is any good. */
export const minLabelled = 30

/**
 * The mean of the true value, from few rows with gold and many that a judge scored: PPI++ (Angelopoulos, Duchi and Zrnic,
 * arXiv:2311.01453, 2023). The judge's mean over the many, corrected by its error on the few, both weighed by the power
 * that makes the variance least: a judge that knows nothing gets 0, and a biased one biases nothing. Means and variances
 * are self-normalised by the weights, as in `hajek`. undefined below `fewestLabelled` rows with gold.
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
  // Mean and power are estimated from the few.
  const freedom = Math.max(1, effectiveRows(labelled) - 2)
  const half =
    z95 *
    studentOverNormal(freedom) *
    Math.sqrt(weightedMeanVariance(errors) + (power === 0 ? 0 : power ** 2 * weightedMeanVariance(others)))
  return { mean, interval: { lower: mean - half, upper: mean + half }, power }
}

type WeightedValue = { readonly value: number; readonly weight: number }

/**
 * cov(truth, judged) / ((1 + n / N) var(judged)), with the total weights for n and N and the variance among rows with gold; not
 * below 0: rows with and without gold are one sample of production, so that the judge also makes up for gold that was
 * not written for a fair share of it.
 */
function powerOf(labelled: readonly LabelledRow[], others: readonly WeightedValue[]): number {
  const mean = weightedMean(labelled.map(({ judged: value, weight }) => ({ value, weight })))
  const truth = weightedMean(labelled.map(({ truth: value, weight }) => ({ value, weight })))
  const squares = labelled.map(({ judged, weight }) => ({ value: (judged - mean) ** 2, weight }))
  const products = labelled.map(row => ({ value: (row.truth - truth) * (row.judged - mean), weight: row.weight }))
  const variance = weightedMean(squares)
  if (variance === 0) return 0
  return Math.max(0, weightedMean(products) / ((1 + totalWeight(labelled) / totalWeight(others)) * variance))
}

function weightedMean(rows: readonly WeightedValue[]): number {
  return rows.reduce((sum, { value, weight }) => sum + value * weight, 0) / totalWeight(rows)
}

/** Linearised: sum(weight^2 (value - mean)^2) / sum(weight)^2, times n / (n - 1). */
function weightedMeanVariance(rows: readonly WeightedValue[]): number {
  const mean = weightedMean(rows)
  const spread = rows.reduce((sum, { value, weight }) => sum + (weight * (value - mean)) ** 2, 0)
  return (spread / totalWeight(rows) ** 2) * (rows.length / (rows.length - 1))
}

function effectiveRows(rows: readonly { readonly weight: number }[]): number {
  return totalWeight(rows) ** 2 / rows.reduce((sum, { weight }) => sum + weight ** 2, 0)
}

function totalWeight(rows: readonly { readonly weight: number }[]): number {
  return rows.reduce((sum, { weight }) => sum + weight, 0)
}
