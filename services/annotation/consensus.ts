import type { GoldAnswered } from '#schemas/events.ts'
import { dawidSkene, type ItemVotes } from '#statistics/dawid-skene.ts'
import type { Overlap, Review } from './state.ts'

/** Where reviewers named different tools, one tool needs this probability; below it an adjudicator decides. */
export const MIN_CONFIDENCE = 0.9

export type Consensus = Pick<
  GoldAnswered,
  'outcome' | 'verdict' | 'tool' | 'argument' | 'answer' | 'agreement' | 'adjudicator' | 'confidence'
>

/**
 * What the reviews agree on once there are as many as `needed`; null where they do not agree, and an adjudicator must decide.
 * `counted` are the reviews up to the one that decided: later reviews change nothing. `history` are earlier overlaps, by which
 * reviewers are weighted.
 */
export function findConsensus(
  reviews: readonly Review[],
  needed: number,
  history: () => Iterable<Overlap>,
): { readonly consensus: Consensus; readonly counted: readonly Review[] } | null {
  for (const [at, review] of reviews.entries()) {
    const counted = reviews.slice(0, at + 1)
    if (review.role === 'adjudicator')
      return { consensus: adjudicatedConsensus(review, independentReviews(counted)), counted }
    const consensus = counted.length < needed ? null : reviewerConsensus(counted, history)
    if (consensus) return { consensus, counted }
  }
  return null
}

/** Reviews whose authors did not see the others. */
export const independentReviews = (reviews: readonly Review[]): readonly Review[] =>
  reviews.filter(({ role }) => role === 'reviewer')

function adjudicatedConsensus(
  { verdict, tool, argument, answer, reviewer }: Review,
  before: readonly Review[],
): Consensus {
  const outcome = tool === null ? 'undecided' : 'agreed'
  const agreement = tool === null ? 0 : shareOf(before, tool)
  return { outcome, verdict, tool, argument, answer, agreement, adjudicator: reviewer, confidence: null }
}

/** The tool that all who could tell named, or the likeliest one, if more than half could tell; and the majority's verdict among those who named it. */
function reviewerConsensus(reviews: readonly Review[], history: () => Iterable<Overlap>): Consensus | null {
  const votes = votesOf(reviews)
  if (2 * votes.length <= reviews.length) return null
  const isUnanimous = votes.every(({ value }) => value === votes[0]?.value)
  const [tool, confidence] = isUnanimous ? [votes[0]?.value, null] : likeliestTool(votes, history)
  if (tool === undefined) return null
  const naming = reviews.filter(review => review.tool === tool)
  const right = naming.filter(({ verdict }) => verdict === 'right').length
  if (2 * right === naming.length) return null
  const verdict = 2 * right > naming.length ? 'right' : 'wrong'
  const winners = naming.filter(review => review.verdict === verdict)
  const argument = mostFrequent(winners.map(review => review.argument))
  const answer = mostFrequent(winners.map(review => review.answer))
  const agreement = shareOf(reviews, tool)
  return { outcome: 'agreed', verdict, tool, argument, answer, agreement, adjudicator: null, confidence }
}

/** Of three votes or more, the likeliest tool, with reviewers weighted by their earlier reviews. */
function likeliestTool(
  votes: ItemVotes['votes'],
  history: () => Iterable<Overlap>,
): readonly [tool: string | undefined, confidence: number | null] {
  if (votes.length < 3) return [undefined, null]
  const before = Array.from(history(), ({ reviews, tool }) => ({ votes: votesOf(reviews), truth: tool }))
  const [tool, probability] =
    dawidSkene([...before.filter(({ truth }) => truth !== null), { votes }]).items.at(-1)?.[0] ?? []
  return probability !== undefined && probability >= MIN_CONFIDENCE ? [tool, probability] : [undefined, null]
}

export const votesOf = (reviews: readonly Pick<Review, 'reviewer' | 'tool'>[]): ItemVotes['votes'] =>
  reviews.flatMap(({ reviewer, tool }) => (tool === null ? [] : [{ reviewer, value: tool }]))

const shareOf = (reviews: readonly Review[], named: string): number =>
  reviews.filter(({ tool }) => tool === named).length / Math.max(1, reviews.length)

/** The most frequent text that is not null, the earliest of equally frequent ones. */
function mostFrequent(values: readonly (string | null)[]): string | null {
  const counts = new Map<string, number>()
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1)
  const [first, ...rest] = counts
  return first ? rest.reduce((best, entry) => (entry[1] > best[1] ? entry : best), first)[0] : null
}
