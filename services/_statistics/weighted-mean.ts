/** A value and its weight, such as 1 / inclusion probability. */
export type WeightedRow = { readonly value: number; readonly weight: number }

export function totalWeight(rows: readonly Pick<WeightedRow, 'weight'>[]): number {
  return rows.reduce((sum, { weight }) => sum + weight, 0)
}

/** The self-normalised mean (Hajek, 1971). NaN without rows. */
export function weightedMean(rows: readonly WeightedRow[]): number {
  return rows.reduce((sum, { value, weight }) => sum + value * weight, 0) / totalWeight(rows)
}

/**
 * Its variance by linearisation: sum(weight^2 (value - mean)^2) / sum(weight)^2, times n / (n - 1) (Särndal, Swensson and Wretman,
 * Model Assisted Survey Sampling, 1992, 5.7). Needs two rows. It holds for values of any range. `hajek` is finer for shares in
 * [0, 1] of a Poisson sample: it corrects for the finite population and for heavy rows.
 */
export function weightedMeanVariance(rows: readonly WeightedRow[]): number {
  const mean = weightedMean(rows)
  const squares = rows.reduce((sum, { value, weight }) => sum + (weight * (value - mean)) ** 2, 0)
  return (squares / totalWeight(rows) ** 2) * (rows.length / (rows.length - 1))
}

/** The rows of a simple random sample that would be as precise (Kish, 1965); 0 without rows. */
export function effectiveRows(rows: readonly Pick<WeightedRow, 'weight'>[]): number {
  const squares = rows.reduce((sum, { weight }) => sum + weight ** 2, 0)
  return squares === 0 ? 0 : totalWeight(rows) ** 2 / squares
}
