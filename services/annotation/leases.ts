import type { Clock } from '#runtime/core/clock.ts'
import type { Role } from '#schemas/events.ts'
import { reviewOrder } from './review-order.ts'
import { type Item, priority } from './state.ts'

/** What a reviewer skipped is not leased to the same one again for so long. */
const SKIPPED_MS = 12 * 3_600_000
/** A review that is in the log and not yet in the state keeps its item from other reviewers this long. */
const REVIEW_PENDING_MS = 60_000
/** Expired entries are deleted at each lease, and when there are this many: reviews may come without leases. */
const SWEEP_SIZE = 10_000

export type LeasedItem = { readonly sampleId: string; readonly item: Item; readonly until: number }

export type Leases = {
  /**
   * Items for this reviewer: first those it holds, with their leases renewed, then those of `reviewOrder`. Disputed items are for
   * adjudicators only, the others for reviewers only. Times in milliseconds. `left`: how many this reviewer could review now.
   */
  readonly take: (
    items: Iterable<readonly [string, Item]>,
    who: { readonly reviewer: string; readonly role: Role },
    count: number,
    milliseconds: number,
  ) => { readonly leased: readonly LeasedItem[]; readonly left: number }
  /** Keeps an item from a reviewer for a time. */
  readonly skip: (sampleId: string, reviewer: string) => void
  /** Ends the lease of an item if this reviewer holds it. Whether it did. */
  readonly giveBack: (sampleId: string, reviewer: string) => boolean
  readonly markReviewed: (sampleId: string, reviewer: string) => void
  readonly hasReviewed: (sampleId: string, reviewer: string) => boolean
  /** Whether a reviewer holds it now. */
  readonly isLeased: (sampleId: string, item: Item) => boolean
}

/** The leases of all reviewers, in memory: a restart ends every lease. */
export function createLeases(clock: Clock): Leases {
  const leases = new Map<string, { readonly reviewer: string; readonly until: number }>()
  const reviewedUntil = new Map<string, number>()
  const skippedUntil = new Map<string, number>()
  /** Items that were leased anew. */
  let leasedAnew = 0

  /** A lease ends after its time, or when the holder's review has been consumed. */
  const leaseHolder = (sampleId: string, item: Item): string | undefined => {
    const lease = leases.get(sampleId)
    if (!lease || lease.until <= clock.now()) return undefined
    return item.reviews.some(({ reviewer }) => reviewer === lease.reviewer) ? undefined : lease.reviewer
  }
  const hasReviewed = (sampleId: string, reviewer: string): boolean =>
    (reviewedUntil.get(reviewKey(sampleId, reviewer)) ?? 0) > clock.now()

  const sweep = (now: number): void => {
    for (const [sampleId, { until }] of leases) if (until <= now) leases.delete(sampleId)
    for (const marks of [reviewedUntil, skippedUntil])
      for (const [key, until] of marks) if (until <= now) marks.delete(key)
  }

  return {
    take(items, { reviewer, role }, count, milliseconds) {
      const now = clock.now()
      sweep(now)
      const free: { sampleId: string; item: Item; at: number; own: boolean; value: number }[] = []
      for (const [sampleId, item] of items) {
        if (item.disputed !== (role === 'adjudicator')) continue
        if (item.reviews.some(review => review.reviewer === reviewer) || hasReviewed(sampleId, reviewer)) continue
        if (skippedUntil.has(reviewKey(sampleId, reviewer))) continue
        const holder = leaseHolder(sampleId, item)
        if (holder === undefined || holder === reviewer)
          free.push({ sampleId, item, at: item.at, own: holder !== undefined, value: priority(item) })
      }
      const held = free.filter(({ own }) => own).sort((a, b) => b.value - a.value)
      const waiting = free.filter(({ own }) => !own)
      const fresh = reviewOrder(waiting, count - held.length, leasedAnew)
      leasedAnew += fresh.length
      const until = now + milliseconds
      const leased = [...held, ...fresh].slice(0, count).map(({ sampleId, item }) => {
        leases.set(sampleId, { reviewer, until })
        return { sampleId, item, until }
      })
      return { leased, left: free.length }
    },
    skip(sampleId, reviewer) {
      if (skippedUntil.size >= SWEEP_SIZE) sweep(clock.now())
      skippedUntil.set(reviewKey(sampleId, reviewer), clock.now() + SKIPPED_MS)
    },
    giveBack(sampleId, reviewer) {
      // What was just reviewed stays out of the queue until the review has been consumed.
      const isHeld = leases.get(sampleId)?.reviewer === reviewer && !hasReviewed(sampleId, reviewer)
      return isHeld && leases.delete(sampleId)
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
