import type { GoldAnswered } from '#schemas/events.ts'
import type { Review } from './state.ts'

/** Reviews beyond those that the budget names before an item is given up as undecided. */
export const ADJUDICATORS = 2

export type Consensus = Pick<GoldAnswered, 'outcome' | 'tool' | 'argument' | 'answer' | 'agreement'>

/**
 * What reviews agree on: the tool that more than half of them name, all reviewers weighing the same. A tie, or a
 * majority that cannot tell, asks for one more review, `ADJUDICATORS` times at most, and never a coin. null: not yet.
 * `counted` are the reviews up to the one that settled it: what comes later changes nothing, in whatever order it came.
 */
export function settled(
  reviews: readonly Review[],
  reviewersPerItem: number,
): { readonly consensus: Consensus; readonly counted: readonly Review[] } | null {
  for (let count = reviewersPerItem; count <= reviews.length; count++) {
    const counted = reviews.slice(0, count)
    const consensus = weigh(counted, count === reviewersPerItem + ADJUDICATORS)
    if (consensus !== null) return { consensus, counted }
  }
  return null
}

function weigh(reviews: readonly Review[], last: boolean): Consensus | null {
  const [tool, votes] = mostFrequent(reviews.map(review => review.tool)) ?? [null, 0]
  const agreement = votes / reviews.length
  if (tool === null || agreement <= 0.5)
    return last ? { outcome: 'undecided', tool: null, argument: null, answer: null, agreement } : null
  const winners = reviews.filter(review => review.tool === tool)
  const argument = mostFrequent(winners.map(review => review.argument))?.[0] ?? null
  const answer = mostFrequent(winners.map(review => review.answer))?.[0] ?? null
  return { outcome: 'agreed', tool, argument, answer, agreement }
}

/** The most frequent text and how often it occurs, the earliest where several do; nulls aside. */
function mostFrequent(values: readonly (string | null)[]): readonly [string, number] | undefined {
  const counts = new Map<string, number>()
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1)
  let best: readonly [string, number] | undefined
  for (const entry of counts) if (entry[1] > (best?.[1] ?? 0)) best = entry
  return best
}
