import type { Clock } from '#runtime/core/clock.ts'
import type { Role } from '#schemas/events.ts'
import { priority } from './decide.ts'
import type { Item } from './state.ts'

/** An answer that is durable but not yet in our state keeps its item from others this long. */
const REVIEW_PENDING_MS = 60_000
/** Answers are swept at each lease; whoever reviews without leasing makes them grow to about this many. */
const SWEEP_SIZE = 10_000

export type LeasedItem = { readonly sampleId: string; readonly item: Item; readonly until: number }

export type Leases = {
  /**
   * Items for this reviewer: those it holds, renewed, then the most valuable; an adjudicator's are those in dispute, and nobody
   * else's. Times in milliseconds.
   */
  readonly take: (
    items: Iterable<readonly [string, Item]>,
    who: { readonly reviewer: string; readonly role: Role },
    count: number,
    milliseconds: number,
  ) => readonly LeasedItem[]
  readonly markReviewed: (sampleId: string, reviewer: string) => void
  readonly hasReviewed: (sampleId: string, reviewer: string) => boolean
  /** Whether someone holds it now. */
  readonly isLeased: (sampleId: string, item: Item) => boolean
}

/** Who works on what, in memory: a restart returns every lease. */
export function createLeases(clock: Clock): Leases {
  const leases = new Map<string, { readonly reviewer: string; readonly until: number }>()
  const reviewedUntil = new Map<string, number>()

  /** A lease ends by its time, or when the holder's review has come back to us through the topic. */
  const leaseHolder = (sampleId: string, item: Item): string | undefined => {
    const lease = leases.get(sampleId)
    if (!lease || lease.until <= clock.now()) return undefined
    return item.reviews.some(({ reviewer }) => reviewer === lease.reviewer) ? undefined : lease.reviewer
  }
  const hasReviewed = (sampleId: string, reviewer: string): boolean =>
    (reviewedUntil.get(reviewKey(sampleId, reviewer)) ?? 0) > clock.now()

  const sweep = (now: number): void => {
    for (const [sampleId, { until }] of leases) if (until <= now) leases.delete(sampleId)
    for (const [key, until] of reviewedUntil) if (until <= now) reviewedUntil.delete(key)
  }

  return {
    take(items, { reviewer, role }, count, milliseconds) {
      const now = clock.now()
      sweep(now)
      const free: { sampleId: string; item: Item; own: boolean; value: number }[] = []
      for (const [sampleId, item] of items) {
        if (item.disputed !== (role === 'adjudicator')) continue
        if (item.reviews.some(review => review.reviewer === reviewer) || hasReviewed(sampleId, reviewer)) continue
        const by = leaseHolder(sampleId, item)
        if (by === undefined || by === reviewer)
          free.push({ sampleId, item, own: by !== undefined, value: priority(item) })
      }
      free.sort((a, b) => Number(b.own) - Number(a.own) || b.value - a.value)
      const until = now + milliseconds
      return free.slice(0, count).map(({ sampleId, item }) => {
        leases.set(sampleId, { reviewer, until })
        return { sampleId, item, until }
      })
    },
    markReviewed(sampleId, reviewer) {
      const until = clock.now() + REVIEW_PENDING_MS
      if (reviewedUntil.size >= SWEEP_SIZE) sweep(clock.now())
      reviewedUntil.set(reviewKey(sampleId, reviewer), until)
      const lease = leases.get(sampleId)
      if (!lease || lease.until <= clock.now() || lease.reviewer === reviewer) leases.set(sampleId, { reviewer, until })
    },
    hasReviewed,
    isLeased: (sampleId, item) => leaseHolder(sampleId, item) !== undefined,
  }
}

const reviewKey = (sampleId: string, reviewer: string): string => `${sampleId}/${reviewer}`
