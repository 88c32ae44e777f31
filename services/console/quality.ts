import { type Interval, z95 } from '#runtime/statistics.ts'
import type { Scored } from './state.ts'

/** Fewer gold scores than this have no interval that could be trusted. */
export const LEAST_FOR_INTERVAL = 30

export type Quality = {
  /** Sampled turns known, and those of them with a score against gold. */
  readonly sampled: number
  readonly gold: number
  /** Hajek estimate of the mean score of all production turns, 0 to 1; null without gold. */
  readonly mean: number | null
  /** 95%; null below `LEAST_FOR_INTERVAL` gold scores, or while all are equal and show no spread. */
  readonly interval: Interval | null
  /** The plain mean over what the sampler chose: biased, for comparison alone. */
  readonly biasedMean: number | null
}

/**
 * Mean score of production, estimated from a Poisson sample with known inclusion probabilities p: Hajek's self-normalised
 * mean, weights 1/p, with the linearised variance sum((1 - p) / p^2 (y - mean)^2) / sum(1/p)^2 (Särndal, Swensson and
 * Wretman, Model Assisted Survey Sampling, 1992, section 5.7).
 */
export function quality(samples: Iterable<Scored>): Quality {
  let sampled = 0
  const gold: { readonly p: number; readonly y: number }[] = []
  for (const { probability: p, score: y } of samples) {
    sampled++
    if (y !== null) gold.push({ p, y })
  }
  if (gold.length === 0) return { sampled, gold: 0, mean: null, interval: null, biasedMean: null }
  const total = gold.reduce((sum, { p }) => sum + 1 / p, 0)
  const mean = gold.reduce((sum, { p, y }) => sum + y / p, 0) / total
  const variance = gold.reduce((sum, { p, y }) => sum + ((1 - p) / p ** 2) * (y - mean) ** 2, 0) / total ** 2
  const half = z95 * Math.sqrt(variance)
  const isTrusted = gold.length >= LEAST_FOR_INTERVAL && gold.some(({ y }) => y !== gold[0]?.y)
  return {
    sampled,
    gold: gold.length,
    mean,
    interval: isTrusted ? { lower: Math.max(0, mean - half), upper: Math.min(1, mean + half) } : null,
    biasedMean: gold.reduce((sum, { y }) => sum + y, 0) / gold.length,
  }
}
