import { hajek, type WeightedValue } from '#statistics/hajek.ts'
import type { Interval } from '#statistics/intervals.ts'
import type { SampleScore } from './state.ts'

/** Fewer gold scores than this have no interval that could be trusted. */
export const MIN_GOLD_FOR_INTERVAL = 30

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

/** Mean score of production, estimated by `hajek` from the sampled turns that have a score against gold. */
export function estimateQuality(samples: Iterable<SampleScore>): Quality {
  let sampled = 0
  const gold: WeightedValue[] = []
  for (const { probability: p, score: y } of samples) {
    sampled++
    if (y !== null) gold.push({ p, y })
  }
  const estimate = hajek(gold)
  if (estimate === undefined) return { sampled, gold: 0, mean: null, interval: null, biasedMean: null }
  return {
    sampled,
    gold: gold.length,
    mean: estimate.mean,
    interval: gold.length >= MIN_GOLD_FOR_INTERVAL ? estimate.interval : null,
    biasedMean: gold.reduce((sum, { y }) => sum + y, 0) / gold.length,
  }
}
