import type { Call, GoldAnswered } from '#schemas/events.ts'
import { toolsOf } from '#schemas/turns.ts'
import { dawidSkene, type ItemVotes } from '#statistics/dawid-skene.ts'
import type { Overlap, Review, ToolVote } from './state.ts'

/** Where reviewers named different tools, one tool needs this probability; below it an adjudicator decides. */
export const MIN_CONFIDENCE = 0.9

export type Consensus = Pick<
  GoldAnswered,
  'outcome' | 'verdict' | 'calls' | 'answer' | 'agreement' | 'adjudicator' | 'confidence'
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

function adjudicatedConsensus({ verdict, calls, answer, reviewer }: Review, before: readonly Review[]): Consensus {
  const outcome = calls === null ? 'undecided' : 'agreed'
  const agreement = calls === null ? 0 : shareOf(before, toolsOf(calls))
  return { outcome, verdict, calls, answer, agreement, adjudicator: reviewer, confidence: null }
}

/** The tools that all who could tell named, or the likeliest ones, if more than half could tell; and the majority's verdict among those who named it. */
function reviewerConsensus(reviews: readonly Review[], history: () => Iterable<Overlap>): Consensus | null {
  const votes = votesOf(reviews.map(toVote))
  if (2 * votes.length <= reviews.length) return null
  const isUnanimous = votes.every(({ value }) => value === votes[0]?.value)
  const [tools, confidence] = isUnanimous ? [votes[0]?.value, null] : likeliestTools(votes, history)
  if (tools === undefined) return null
  const naming = reviews.filter(review => toVote(review).tools === tools)
  const right = naming.filter(({ verdict }) => verdict === 'right').length
  if (2 * right === naming.length) return null
  const verdict = 2 * right > naming.length ? 'right' : 'wrong'
  const winners = naming.filter(review => review.verdict === verdict)
  const calls = mostFrequent(winners.map(review => review.calls))
  const answer = mostFrequent(winners.map(review => review.answer))
  const agreement = shareOf(reviews, tools)
  return { outcome: 'agreed', verdict, calls, answer, agreement, adjudicator: null, confidence }
}

/** Of three votes or more, the likeliest tools, with reviewers weighted by their earlier reviews. */
function likeliestTools(
  votes: ItemVotes['votes'],
  history: () => Iterable<Overlap>,
): readonly [tools: string | undefined, confidence: number | null] {
  if (votes.length < 3) return [undefined, null]
  const before = Array.from(history(), ({ reviews, tools }) => ({ votes: votesOf(reviews), truth: tools }))
  const [tools, probability] =
    dawidSkene([...before.filter(({ truth }) => truth !== null), { votes }]).items.at(-1)?.[0] ?? []
  return probability !== undefined && probability >= MIN_CONFIDENCE ? [tools, probability] : [undefined, null]
}

export const toVote = ({ reviewer, verdict, calls }: Review): ToolVote => ({
  ...{ reviewer, verdict, tools: calls && toolsOf(calls) },
})

export const votesOf = (votes: readonly ToolVote[]): ItemVotes['votes'] =>
  votes.flatMap(({ reviewer, tools }) => (tools === null ? [] : [{ reviewer, value: tools }]))

const shareOf = (reviews: readonly Review[], named: string): number =>
  reviews.filter(review => toVote(review).tools === named).length / Math.max(1, reviews.length)

/** The most frequent value that is not null, the earliest of equally frequent ones. */
function mostFrequent<T extends string | readonly Call[]>(values: readonly (T | null)[]): T | null {
  const groups = [...Map.groupBy(values, value => JSON.stringify(value)).values()].filter(([first]) => first !== null)
  return (
    groups.reduce<readonly (T | null)[]>((best, group) => (group.length > best.length ? group : best), [])[0] ?? null
  )
}
