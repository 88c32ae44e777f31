import { type Interval, studentOverNormal, z95 } from './intervals.ts'

/** A row with gold: its true value, what the judge had said of it, and its weight (1 / inclusion probability; 1 where all are alike). */
export type Labelled = { readonly truth: number; readonly judged: number; readonly weight: number }
/** A row that only the judge has seen. */
export type Unlabelled = Pick<Labelled, 'judged' | 'weight'>

export type PredictionPowered = {
  readonly mean: number
  /** 95%. */
  readonly interval: Interval
  /** How far the judge is relied on, 0 or more; 0 makes it the mean of gold alone. */
  readonly power: number
}

/** With fewer rows with gold no interval of a mean is any good. */
export const fewestLabelled = 30

/**
 * The mean of the true value, from few rows with gold and many that a judge scored: PPI++ (Angelopoulos, Duchi and Zrnic,
 * arXiv:2311.01453, 2023). The judge's mean over the many, corrected by its error on the few, both weighed by the power
 * that makes the variance least: a judge that knows nothing gets 0, and a biased one biases nothing. Means and variances
 * are self-normalised by the weights, as in `hajek`. undefined below `fewestLabelled` rows with gold.
 */
export function predictionPowered(
  labelled: readonly Labelled[],
  unlabelled: readonly Unlabelled[],
): PredictionPowered | undefined {
  if (labelled.length < fewestLabelled) return undefined
  const truths = labelled.map(({ truth: value, weight }) => ({ value, weight }))
  const known = labelled.map(({ judged: value, weight }) => ({ value, weight }))
  const others = unlabelled.map(({ judged: value, weight }) => ({ value, weight }))
  const power = others.length < 2 ? 0 : powerOf(labelled, others)
  const errors = labelled.map(({ truth, judged, weight }) => ({ value: truth - power * judged, weight }))
  const mean = power === 0 ? meanOf(truths) : meanOf(truths) + power * (meanOf(others) - meanOf(known))
  // Mean and power are estimated from the few.
  const freedom = Math.max(1, effectiveRows(labelled) - 2)
  const half =
    z95 *
    studentOverNormal(freedom) *
    Math.sqrt(varianceOfMean(errors) + (power === 0 ? 0 : power ** 2 * varianceOfMean(others)))
  return { mean, interval: { lower: mean - half, upper: mean + half }, power }
}

type Weighted = { readonly value: number; readonly weight: number }

/**
 * cov(truth, judged) / ((1 + n / N) var(judged)), with the total weights for n and N and the variance among rows with gold; not
 * below 0: rows with and without gold are one sample of production, so that the judge also makes up for gold that was
 * not written for a fair share of it.
 */
function powerOf(labelled: readonly Labelled[], others: readonly Weighted[]): number {
  const mean = meanOf(labelled.map(({ judged: value, weight }) => ({ value, weight })))
  const truth = meanOf(labelled.map(({ truth: value, weight }) => ({ value, weight })))
  const squares = labelled.map(({ judged, weight }) => ({ value: (judged - mean) ** 2, weight }))
  const products = labelled.map(row => ({ value: (row.truth - truth) * (row.judged - mean), weight: row.weight }))
  const variance = meanOf(squares)
  if (variance === 0) return 0
  return Math.max(0, meanOf(products) / ((1 + totalOf(labelled) / totalOf(others)) * variance))
}

function meanOf(rows: readonly Weighted[]): number {
  return rows.reduce((sum, { value, weight }) => sum + value * weight, 0) / totalOf(rows)
}

/** Linearised: sum(weight^2 (value - mean)^2) / sum(weight)^2, times n / (n - 1). */
function varianceOfMean(rows: readonly Weighted[]): number {
  const mean = meanOf(rows)
  const spread = rows.reduce((sum, { value, weight }) => sum + (weight * (value - mean)) ** 2, 0)
  return (spread / totalOf(rows) ** 2) * (rows.length / (rows.length - 1))
}

function effectiveRows(rows: readonly { readonly weight: number }[]): number {
  return totalOf(rows) ** 2 / rows.reduce((sum, { weight }) => sum + weight ** 2, 0)
}

function totalOf(rows: readonly { readonly weight: number }[]): number {
  return rows.reduce((sum, { weight }) => sum + weight, 0)
}
