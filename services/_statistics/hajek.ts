import { type Interval, studentOverNormal, wilson } from './intervals.ts'

/** A value in [0, 1] and the inclusion probability it was sampled with, in (0, 1]. */
export type WeightedValue = { readonly y: number; readonly p: number }

export type WeightedMean = {
  readonly mean: number
  /** 95%; null where all values are equal and show no spread. */
  readonly interval: Interval | null
  /** Rows of a simple random sample that would tell as much. */
  readonly effectiveRows: number
}

/**
 * Mean of a population from a Poisson sample: Hajek's self-normalised mean, weights 1/p, with the linearised variance
 * sum((1 - p) / p^2 (y - mean)^2) / sum(1/p)^2 (Särndal, Swensson and Wretman, Model Assisted Survey Sampling, 1992, 5.7), each
 * residual over 1 minus its row's share of the weight, since a heavy row pulls the mean towards itself (HC3: MacKinnon and
 * White, Journal of Econometrics 29, 1985). The interval is Wilson's at the effective number of rows mean (1 - mean) /
 * variance, less what Student's t asks where few rows make up the variance (degrees of freedom: Satterthwaite, Biometrics
 * Bulletin 2, 1946): near 0 and 1 it keeps what the normal one loses (Korn and Graubard,
 * Survey Methodology 24, 1998, p. 193). Undefined without rows.
 */
export function hajek(rows: readonly WeightedValue[]): WeightedMean | undefined {
  if (rows.length === 0) return undefined
  const total = rows.reduce((sum, { p }) => sum + 1 / p, 0)
  const mean = rows.reduce((sum, { y, p }) => sum + y / p, 0) / total
  const spreads = rows.map(({ y, p }) => ((1 - p) / p ** 2) * ((y - mean) / (1 - 1 / p / total)) ** 2)
  const spread = spreads.reduce((sum, one) => sum + one, 0)
  const effectiveRows = total ** 2 / rows.reduce((sum, { p }) => sum + 1 / p ** 2, 0)
  if (rows.every(({ y }) => y === rows[0]?.y)) return { mean, interval: null, effectiveRows }
  if (spread === 0) return { mean, interval: { lower: mean, upper: mean }, effectiveRows }
  const freedom = spread ** 2 / spreads.reduce((sum, one) => sum + one ** 2, 0)
  const n = (mean * (1 - mean) * total ** 2) / spread / studentOverNormal(freedom) ** 2
  return { mean, interval: wilson(mean * n, n), effectiveRows }
}
