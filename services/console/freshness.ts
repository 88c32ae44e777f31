import { secondsSinceChainStart } from '#runtime/processing/complete-event.ts'
import type { FollowedEvent } from '#runtime/service.ts'
import { quantile } from '#statistics/quantile.ts'
import { topics } from '#topology/map.ts'
import { topic } from '#topology/topic-names.ts'
import { hourMs } from './reconcile.ts'

const objective = topics[topic.scoredSamples].freshness

/** Newest scores that the figures rest on. */
const maxScores = 50_000

/** What was kept of the objective in the last hour. Figures are null where no turn was scored in it. */
export type Freshness = {
  readonly topic: typeof topic.scoredSamples
  readonly withinSeconds: number
  /** The share that is to be within. */
  readonly objective: number
  readonly scores: number
  /** The share that was. */
  readonly attained: number | null
  readonly p50Seconds: number | null
  readonly p95Seconds: number | null
  readonly ok: boolean
}

/**
 * How long from the append of a turn until the append of its score, which readers see with the commit that follows at once. A
 * turn that was picked late, since feedback came, counts from the append of that. Gold and synthetic scores have no such
 * time: reviewers are in it. Turns that wait for their score are not in the figures, but in the lag of sampler and judge.
 */
export function createFreshness(): {
  readonly saw: (followed: FollowedEvent<'console'>) => void
  readonly view: (now: number) => Freshness
} {
  const ages: { readonly at: number; readonly seconds: number }[] = []
  let next = 0
  return {
    saw(followed) {
      if (followed.topic !== topic.scoredSamples || followed.event.source !== 'production') return
      const seconds = secondsSinceChainStart(followed)
      if (seconds !== undefined) ages[next++ % maxScores] = { at: followed.timestamp, seconds }
    },
    view(now) {
      const recent = ages.filter(({ at }) => at > now - hourMs).map(({ seconds }) => seconds)
      return freshnessOf(recent)
    },
  }
}

function freshnessOf(ages: readonly number[]): Freshness {
  const within = ages.filter(seconds => seconds <= objective.withinSeconds).length
  const attained = ages.length === 0 ? null : within / ages.length
  return {
    ...{ topic: topic.scoredSamples, withinSeconds: objective.withinSeconds, objective: objective.share },
    ...{ scores: ages.length, attained },
    p50Seconds: quantile(ages, 0.5) ?? null,
    p95Seconds: quantile(ages, 0.95) ?? null,
    ok: attained === null || attained >= objective.share,
  }
}
