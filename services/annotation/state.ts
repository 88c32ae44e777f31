import type { SampleReviewed, SampleScored, SampleSelected } from '#schemas/events.ts'

/** A review as it is kept: `id` is that of its event, `tool` is null where the reviewer could not tell. */
export type Review = Pick<
  SampleReviewed,
  'id' | 'reviewer' | 'role' | 'verdict' | 'tool' | 'argument' | 'answer' | 'notes'
>

/** What the judge said of a plan without knowing gold; `evidence` is the digest of the packet that it saw. */
export type JudgedScore = Pick<SampleScored, 'judge' | 'trusted' | 'evidence'> & { readonly score: number }

/** A sample in the queue, its reviews in the order they came, and what the judge said last, if anything. */
export type Item = Omit<SampleSelected, 'id' | 'parents' | 'agent' | 'correction'> & {
  readonly reviews: readonly Review[]
  readonly judged: JudgedScore | null
  /** There are as many reviews as were asked for, and they do not agree: an adjudicator's turn. */
  readonly disputed: boolean
}

/** What several reviewers said of a closed item, each unseen by the others, and what was settled in the end. */
export type Overlap = {
  readonly reviews: readonly Pick<Review, 'reviewer' | 'verdict' | 'tool'>[]
  /** null where undecided. */
  readonly tool: string | null
  readonly adjudicated: boolean
}

/** Newest closed items of which we still know that they are closed. */
export const MAX_CLOSED = 20_000
/** Newest overlaps: what reviewers are known by. */
export const MAX_OVERLAPS = 1_000
/** Samples not seen yet of which reviews, or a score, wait here. */
export const MAX_EARLY = 5_000

/** Collections, by agent; keys are sample ids. `closed` holds 1 each; `earlyReviews` and `earlyJudged` are of samples not seen yet. */
export const itemsOf = (agent: string): string => `items/${agent}`
export const closedOf = (agent: string): string => `closed/${agent}`
export const overlapsOf = (agent: string): string => `overlaps/${agent}`
export const earlyReviewsOf = (agent: string): string => `early-reviews/${agent}`
export const earlyJudgedOf = (agent: string): string => `early-judged/${agent}`
/** Agent to the number of items ever closed. */
export const closedCounts = 'closed-counts'
