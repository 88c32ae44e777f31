import { completelyReviewed, type SampledTurn } from '#statistics/estimation-rows.ts'
import type { Interval } from '#statistics/intervals.ts'
import { productionMean } from '#statistics/production-mean.ts'

/** The score of a turn against gold; null where reviewers could not tell. */
export type GoldScore = { readonly score: number | null }

export type Quality = {
  /** Sampled turns known, and those of them that were reviewed. */
  readonly sampled: number
  readonly gold: number
  /** Reviewed turns that the estimate is made from: those selected before the first one that waits. */
  readonly used: number
  /** When the newest of them was selected, in ms since 1970; null without any. */
  readonly until: number | null
  /** Estimate of the mean score of all production turns, 0 to 1 (`productionMean`); null without a turn to use. */
  readonly mean: number | null
  /** 95%; null below `MIN_ROWS_FOR_INTERVAL` scores, and where all of them are equal. */
  readonly interval: Interval | null
  /** The plain mean over what the sampler picked: biased, shown for comparison only. */
  readonly biasedMean: number | null
}

/** Mean score of production, estimated from the sampled turns that are completely reviewed. */
export function estimateQuality(samples: Iterable<SampledTurn<GoldScore>>): Quality {
  const all = [...samples]
  const reviewed = completelyReviewed(all)
  const scores = reviewed.flatMap(({ probability: p, gold }) => (gold.score === null ? [] : [{ p, y: gold.score }]))
  const estimate = productionMean(scores)
  return {
    sampled: all.length,
    gold: all.filter(({ gold }) => gold !== null).length,
    used: scores.length,
    until: reviewed.at(-1)?.at ?? null,
    mean: estimate?.mean ?? null,
    interval: estimate?.interval ?? null,
    biasedMean: estimate?.biasedMean ?? null,
  }
}
