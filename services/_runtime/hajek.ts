import { type Interval, wilson } from './statistics.ts'

/** A value in [0, 1] and the inclusion probability it was sampled with, in (0, 1]. */
export type Weighted = { readonly y: number; readonly p: number }

export type Estimate = {
  readonly mean: number
  /** 95%; null where all values are equal and show no spread. */
  readonly interval: Interval | null
  /** Rows of a simple random sample that would tell as much. */
  readonly effectiveRows: number
}

/**
 * Mean of a population from a Poisson sample: Hajek's self-normalised mean, weights 1/p, with the linearised variance
 * sum((1 - p) / p^2 (y - mean)^2) / sum(1/p)^2 (Särndal, Swensson and Wretman, Model Assisted Survey Sampling, 1992, 5.7). The
 * interval is Wilson's at the effective number of rows mean (1 - mean) / variance: near 0 and 1, and with few rows, it keeps
 * what the normal one loses (Korn and Graubard, Survey Methodology 24, 1998, p. 193). Undefined without rows.
 */
export function hajek(rows: readonly Weighted[]): Estimate | undefined {
  if (rows.length === 0) return undefined
  const total = rows.reduce((sum, { p }) => sum + 1 / p, 0)
  const mean = rows.reduce((sum, { y, p }) => sum + y / p, 0) / total
  const spread = rows.reduce((sum, { y, p }) => sum + ((1 - p) / p ** 2) * (y - mean) ** 2, 0)
  const effectiveRows = total ** 2 / rows.reduce((sum, { p }) => sum + 1 / p ** 2, 0)
  if (rows.every(({ y }) => y === rows[0]?.y)) return { mean, interval: null, effectiveRows }
  const n = (mean * (1 - mean) * total ** 2) / spread
  return { mean, interval: spread === 0 ? { lower: mean, upper: mean } : wilson(mean * n, n), effectiveRows }
}
