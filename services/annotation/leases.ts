import type { Clock } from '#runtime/core/clock.ts'
import type { Role } from '#schemas/events.ts'
import { worthOf } from './decide.ts'
import type { Item } from './state.ts'

/** An answer that is durable but not yet in our state keeps its item from others this long. */
const SETTLING_MS = 60_000
/** Answers are swept at each lease; whoever reviews without leasing makes them grow to about this many. */
const SWEEP_AT = 10_000

export type Leased = { readonly sampleId: string; readonly item: Item; readonly until: number }

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
  ) => readonly Leased[]
  readonly answered: (sampleId: string, reviewer: string) => void
  readonly hasAnswered: (sampleId: string, reviewer: string) => boolean
  /** Whether someone holds it now. */
  readonly held: (sampleId: string, item: Item) => boolean
}

/** Who works on what, in memory: a restart returns every lease. */
export function createLeases(clock: Clock): Leases {
  const leases = new Map<string, { readonly reviewer: string; readonly until: number }>()
  const answers = new Map<string, number>()

  /** A lease ends by its time, or when the holder's review has come back to us through the topic. */
  const holder = (sampleId: string, item: Item): string | undefined => {
    const lease = leases.get(sampleId)
    if (!lease || lease.until <= clock.now()) return undefined
    return item.reviews.some(({ reviewer }) => reviewer === lease.reviewer) ? undefined : lease.reviewer
  }
  const hasAnswered = (sampleId: string, reviewer: string): boolean =>
    (answers.get(answerKey(sampleId, reviewer)) ?? 0) > clock.now()

  const sweep = (now: number): void => {
    for (const [sampleId, { until }] of leases) if (until <= now) leases.delete(sampleId)
    for (const [key, until] of answers) if (until <= now) answers.delete(key)
  }

  return {
    take(items, { reviewer, role }, count, milliseconds) {
      const now = clock.now()
      sweep(now)
      const free: { sampleId: string; item: Item; own: boolean; value: number }[] = []
      for (const [sampleId, item] of items) {
        if (item.disputed !== (role === 'adjudicator')) continue
        if (item.reviews.some(review => review.reviewer === reviewer) || hasAnswered(sampleId, reviewer)) continue
        const by = holder(sampleId, item)
        if (by === undefined || by === reviewer)
          free.push({ sampleId, item, own: by !== undefined, value: worthOf(item) })
      }
      free.sort((a, b) => Number(b.own) - Number(a.own) || b.value - a.value)
      const until = now + milliseconds
      return free.slice(0, count).map(({ sampleId, item }) => {
        leases.set(sampleId, { reviewer, until })
        return { sampleId, item, until }
      })
    },
    answered(sampleId, reviewer) {
      const until = clock.now() + SETTLING_MS
      if (answers.size >= SWEEP_AT) sweep(clock.now())
      answers.set(answerKey(sampleId, reviewer), until)
      const lease = leases.get(sampleId)
      if (!lease || lease.until <= clock.now() || lease.reviewer === reviewer) leases.set(sampleId, { reviewer, until })
    },
    hasAnswered,
    held: (sampleId, item) => holder(sampleId, item) !== undefined,
  }
}

const answerKey = (sampleId: string, reviewer: string): string => `${sampleId}/${reviewer}`
