import type { Change, StateView } from '#runtime/state.ts'
import type { SampleReviewed, SampleSelected } from '#schemas/events.ts'

/** A review as it is kept: `id` is that of its event, `tool` is null where the reviewer could not tell. */
export type Review = Pick<SampleReviewed, 'id' | 'reviewer' | 'tool' | 'argument' | 'answer'>

/** A sample in the queue, its reviews in the order they came, and the lowest score the judge gave its plan, if any. */
export type Item = Omit<SampleSelected, 'id' | 'parents' | 'agent' | 'correction'> & {
  readonly reviews: readonly Review[]
  readonly score: number | null
}

/** Newest closed items of which we still know that they are closed. */
export const MAX_CLOSED = 20_000
/** Samples not seen yet of which reviews, or a score, wait here. */
export const MAX_EARLY = 5_000

/** Collections, by agent. `items`: open ones by sample id. `closed`: sample id to 1. `earlyReviews` and `earlyScores`: of samples not seen yet. */
export const itemsOf = (agent: string): string => `items/${agent}`
export const closedOf = (agent: string): string => `closed/${agent}`
export const earlyReviewsOf = (agent: string): string => `early-reviews/${agent}`
export const earlyScoresOf = (agent: string): string => `early-scores/${agent}`
/** Agent to the number of items ever closed. */
export const closedCounts = 'closed-counts'

/** Keeps a value and forgets the oldest key where the collection would outgrow its bound. */
export function keepBounded(
  state: StateView,
  collection: string,
  key: string,
  value: unknown,
  bound: number,
): Change[] {
  const kept: Change = { collection, key, value }
  if (state.get(collection, key) !== undefined || state.size(collection) < bound) return [kept]
  const [oldest] = state.entries(collection).next().value ?? []
  return oldest === undefined ? [kept] : [{ collection, key: oldest, value: null }, kept]
}
