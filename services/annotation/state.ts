import type { SampleReviewed, SampleScored, SampleSelected } from '#schemas/events.ts'
import type { ArgumentVote } from './argument-votes.ts'

/** A review as it is kept: `id` is that of its event, `calls` is null where the reviewer could not tell. */
export type Review = Pick<SampleReviewed, 'id' | 'reviewer' | 'role' | 'verdict' | 'calls' | 'answer' | 'notes'> & {
  /** When it was given, in ms since 1970; absent in state from before it was kept. */
  readonly at?: number
}

/** The judge's score of a plan, given before there was gold; `evidence` is the digest of the packet it was given for. */
export type JudgedScore = Pick<SampleScored, 'judge' | 'trusted' | 'evidence'> & { readonly score: number }

/** A sample in the queue, its reviews in order of arrival, and the newest score, if any. */
export type Item = Omit<SampleSelected, 'id' | 'parents' | 'agent' | 'correction'> & {
  /** Absent in state from before it was kept. */
  readonly correction?: boolean
  readonly reviews: readonly Review[]
  readonly judged: JudgedScore | null
  /** There are as many reviews as needed, and they do not agree: the item waits for an adjudicator. */
  readonly disputed: boolean
}

/** Scores below this raise the priority of an item. */
const LOW_SCORE = 0.5

/** The order of the queue: the sampler's value, up to doubled where the judge scored the plan low. */
export function priority({ value, judged }: Pick<Item, 'value' | 'judged'>): number {
  return judged !== null && judged.score < LOW_SCORE ? value * (2 - judged.score) : value
}

/** What one reviewer said; `tools` is null where the reviewer could not tell. */
export type ToolVote = Pick<Review, 'reviewer' | 'verdict'> & {
  readonly tools: string | null
  /** Absent in state from before they were kept. */
  readonly arguments?: readonly ArgumentVote[]
}

/** Independent reviews of a closed item by several reviewers, and what was decided. Tools are named as `toolsOf` names them. */
export type Overlap = {
  readonly reviews: readonly ToolVote[]
  /** null where undecided. */
  readonly tools: string | null
  readonly adjudicated: boolean
  /** The step of the turn; absent in state from before it was kept. */
  readonly step?: number
}

/** Newest closed items that are remembered as closed. */
export const MAX_CLOSED = 20_000
/** Newest overlaps that are kept. */
export const MAX_OVERLAPS = 1_000
/** Samples that have not arrived yet, of which reviews or a score are kept. */
export const MAX_EARLY = 5_000

/** Collections, by agent; keys are sample ids. `closed` holds 1 each; `early-reviews` and `early-judged` are of samples that have not arrived yet. */
export const itemsOf = (agent: string): string => `items/${agent}`
export const closedOf = (agent: string): string => `closed/${agent}`
export const overlapsOf = (agent: string): string => `overlaps/${agent}`
export const earlyReviewsOf = (agent: string): string => `early-reviews/${agent}`
export const earlyJudgedOf = (agent: string): string => `early-judged/${agent}`
/** Agent to the number of items ever closed. */
export const closedCounts = 'closed-counts'
