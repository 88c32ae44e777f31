import { type Interval, studentOverNormal, wilson } from './intervals.ts'
import { effectiveRows, totalWeight, weightedMean } from './weighted-mean.ts'

/** A value in [0, 1] and the inclusion probability it was sampled with, in (0, 1]. */
export type WeightedValue = { readonly y: number; readonly p: number }

export type WeightedMean = {
  readonly mean: number
  /** 95%; null where all values are equal, so that no variance can be estimated. */
  readonly interval: Interval | null
  /** Rows of a simple random sample that would be as precise (Kish, 1965). */
  readonly effectiveRows: number
}

/**
 * Mean of values in [0, 1] from a Poisson sample of a stream: the self-normalised mean (Hajek) with weights 1/p. What is estimated is
 * the mean of what produces the stream, so that the interval has a width also where every turn is sampled. The variance is that of
 * the sampling plus that of the stream, (1 - p) / p^2 and 1 / p of each squared residual: together sum((y - mean)^2 / p^2) / sum(1/p)^2
 * (Graubard and Korn, Statistical Science 17, 2002, p. 73; linearised as in Särndal, Swensson and Wretman, Model Assisted Survey
 * Sampling, 1992, 5.7). Each residual is divided by 1 minus its row's share of the weight, since a heavy row pulls the mean
 * towards itself (HC3: MacKinnon and White, Journal of Econometrics 29, 1985).
 *
 * The interval is Wilson's, which unlike the normal one holds near 0 and 1 (Korn and Graubard, Survey Methodology 24, 1998, p.
 * 193), for mean (1 - mean) / variance rows. It is widened as by Student's t where few rows make up the variance (degrees of
 * freedom: Satterthwaite, Biometrics Bulletin 2, 1946). Undefined without rows.
 */
export function hajek(rows: readonly WeightedValue[]): WeightedMean | undefined {
  if (rows.length === 0) return undefined
  const weighted = rows.map(({ y, p }) => ({ value: y, weight: 1 / p }))
  const total = totalWeight(weighted)
  const mean = weightedMean(weighted)
  const effective = effectiveRows(weighted)
  const spreads = rows.map(({ y, p }) => ((y - mean) / p / (1 - 1 / p / total)) ** 2)
  const spread = spreads.reduce((sum, one) => sum + one, 0)
  if (rows.every(({ y }) => y === rows[0]?.y)) return { mean, interval: null, effectiveRows: effective }
  const freedom = spread ** 2 / spreads.reduce((sum, one) => sum + one ** 2, 0)
  const n = (mean * (1 - mean) * total ** 2) / spread / studentOverNormal(freedom) ** 2
  return { mean, interval: wilson(mean * n, n), effectiveRows: effective }
}
