import { hourMs } from '#runtime/core/hours.ts'
import type { FollowedEvent } from '#runtime/service.ts'
import { secondsSinceChainStart } from '#runtime/telemetry/chain-start.ts'
import { quantile } from '#statistics/quantile.ts'
import { topics } from '#topology/map.ts'
import { topic } from '#topology/topic-names.ts'

const objective = topics[topic.scoredSamples].freshness

/** Newest scores that the figures are computed from. */
const maxScores = 50_000

/** How far the freshness objective was met in the last hour. Figures are null where there is nothing to compute them from. */
export type Freshness = {
  readonly topic: typeof topic.scoredSamples
  readonly withinSeconds: number
  /** The share of scores that should be within. */
  readonly objective: number
  readonly scores: number
  /** Turns and samples that wait for longer than that now. */
  readonly overdue: number
  /** The share of both that was within. */
  readonly attained: number | null
  readonly p50Seconds: number | null
  readonly p95Seconds: number | null
  /** null where nothing was scored and nothing is overdue: that is no success. */
  readonly ok: boolean | null
}

/**
 * Measures the time from the append of a turn to the append of its score. Readers see the score with the commit that follows at
 * once. A turn that was picked late because of an outcome counts from the append of that outcome. Gold and synthetic scores
 * are left out: they wait for reviewers. Of the turns without a score, those that are overdue count as missed.
 */
export function createFreshness(): {
  readonly onRecord: (followed: FollowedEvent<'console'>) => void
  readonly view: (now: number, overdue: number) => Freshness
} {
  const ages: { readonly at: number; readonly seconds: number }[] = []
  let next = 0
  return {
    onRecord(followed) {
      if (followed.topic !== topic.scoredSamples || followed.event.source !== 'production') return
      const seconds = secondsSinceChainStart(followed)
      if (seconds !== undefined) ages[next++ % maxScores] = { at: followed.timestamp, seconds }
    },
    view: (now, overdue) =>
      freshnessOf(
        ages.filter(({ at }) => at > now - hourMs).map(({ seconds }) => seconds),
        overdue,
      ),
  }
}

function freshnessOf(ages: readonly number[], overdue: number): Freshness {
  const { withinSeconds, share } = objective
  const within = ages.filter(seconds => seconds <= withinSeconds).length
  const all = ages.length + overdue
  const attained = all === 0 ? null : within / all
  return {
    ...{ topic: topic.scoredSamples, withinSeconds, objective: share },
    ...{ scores: ages.length, overdue, attained },
    p50Seconds: quantile(ages, 0.5) ?? null,
    p95Seconds: quantile(ages, 0.95) ?? null,
    ok: attained === null ? null : attained >= share,
  }
}
