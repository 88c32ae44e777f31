import { hajek } from '#statistics/hajek.ts'
import type { Interval } from '#statistics/intervals.ts'
import type { SampleScore } from './history.ts'

/** With fewer gold scores no interval is shown: it would be unreliable. */
export const MIN_GOLD_FOR_INTERVAL = 30

export type Quality = {
  /** Sampled turns known, and those of them with a score against gold. */
  readonly sampled: number
  readonly gold: number
  /** Hajek estimate of the mean score of all production turns, 0 to 1; null without gold. */
  readonly mean: number | null
  /** 95%; null below `MIN_GOLD_FOR_INTERVAL` gold scores, and where all of them are equal. */
  readonly interval: Interval | null
  /** The plain mean over what the sampler picked: biased, shown for comparison only. */
  readonly biasedMean: number | null
}

/** Mean score of production, estimated by `hajek` from the sampled turns that have a score against gold. */
export function estimateQuality(samples: Iterable<SampleScore>): Quality {
  const all = [...samples]
  const gold = all.flatMap(({ probability: p, score: y }) => (y === null ? [] : [{ p, y }]))
  const counts = { sampled: all.length, gold: gold.length }
  const estimate = hajek(gold)
  if (estimate === undefined) return { ...counts, mean: null, interval: null, biasedMean: null }
  return {
    ...counts,
    mean: estimate.mean,
    interval: gold.length >= MIN_GOLD_FOR_INTERVAL ? estimate.interval : null,
    biasedMean: gold.reduce((sum, { y }) => sum + y, 0) / gold.length,
  }
}
