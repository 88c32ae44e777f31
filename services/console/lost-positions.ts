import type { FollowedEvent } from '#runtime/service.ts'
import type { PositionLost } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'

/** Losses that are kept; the oldest are dropped. */
export const MAX_LOSSES = 1_000

/** What a service lost in a topic, over all its partitions. */
export type LostPositionView = Pick<PositionLost, 'service' | 'topic' | 'effect' | 'action'> & {
  /** Records that were skipped or may have been decided again, at most. */
  readonly records: number
  /** When the newest of them was told, in ms since 1970; `action` is what the service did then. */
  readonly at: number
}

type Loss = PositionLost & { readonly at: number }

/** The lost positions of all services. A loss that is told again, as at each start of a service that stops, counts once. */
export function createLostPositions() {
  const losses = new Map<string, Loss>()
  return {
    onRecord(followed: FollowedEvent<'console'>): void {
      if (followed.topic !== topic.lostPositions) return
      const { event, timestamp } = followed
      losses.delete(event.id)
      losses.set(event.id, { ...event, at: timestamp })
      const [oldest] = losses.keys()
      if (losses.size > MAX_LOSSES && oldest !== undefined) losses.delete(oldest)
    },
    /** Newest first. */
    views: (): readonly LostPositionView[] =>
      Array.from(
        Map.groupBy(losses.values(), ({ service, topic: of, effect }) =>
          JSON.stringify([service, of, effect]),
        ).values(),
        viewOf,
      ).toSorted((a, b) => b.at - a.at),
  }
}

function viewOf(losses: readonly Loss[]): LostPositionView {
  const newest = losses.reduce((a, b) => (b.at >= a.at ? b : a))
  const { service, topic: of, effect, action, at } = newest
  return { service, topic: of, effect, action, at, records: losses.reduce((sum, { from, to }) => sum + to - from, 0) }
}
