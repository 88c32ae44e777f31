import { hajek, type WeightedMean, type WeightedValue } from './hajek.ts'

/** With fewer rows no interval is given: it would be unreliable. */
export const MIN_ROWS_FOR_INTERVAL = 30

export type ProductionMean = WeightedMean & {
  readonly rows: number
  /** The plain mean over what the sampler picked: biased, shown for comparison only. */
  readonly biasedMean: number
}

/**
 * The one estimator of the quality of production: `hajek` over completely reviewed turns (`completelyReviewed`), with an interval
 * from `MIN_ROWS_FOR_INTERVAL` rows on. Undefined without rows.
 */
export function productionMean(rows: readonly WeightedValue[]): ProductionMean | undefined {
  const estimate = hajek(rows)
  if (estimate === undefined) return undefined
  return {
    ...estimate,
    interval: rows.length >= MIN_ROWS_FOR_INTERVAL ? estimate.interval : null,
    rows: rows.length,
    biasedMean: rows.reduce((sum, { y }) => sum + y, 0) / rows.length,
  }
}
