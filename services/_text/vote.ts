import { at, requiredValue } from '#runtime/core/checked.ts'
import type { Neighbour } from './nearest.ts'

/** Exponent of the similarities: a near-copy should outvote several vaguely similar examples. */
const SHARPNESS = 8

/** softmax(scale * scores), in place: non-negative, sums to 1. The largest score is subtracted first, so nothing overflows. */
export function softmax(scores: Float64Array, scale: number): Float64Array {
  let highest = -Infinity
  for (const value of scores) if (value > highest) highest = value
  let sum = 0
  // Both loops stay within bounds by their conditions; a checked access would cost a call per tool and plan.
  for (let tool = 0; tool < scores.length; tool++) {
    const power = Math.exp(scale * ((scores[tool] ?? 0) - highest))
    scores[tool] = power
    sum += power
  }
  for (let tool = 0; tool < scores.length; tool++) scores[tool] = (scores[tool] ?? 0) / sum
  return scores
}

/** Each neighbour votes for its tool by similarity to the power SHARPNESS. Shares per tool, summing to 1; empty without neighbours. */
export function voteShares(neighbours: readonly Neighbour[]): ReadonlyMap<string, number> {
  const votes = new Map<string, number>()
  let total = 0
  for (const { tool, similarity } of neighbours) {
    const weight = similarity ** SHARPNESS
    votes.set(tool, (votes.get(tool) ?? 0) + weight)
    total += weight
  }
  for (const [tool, weight] of votes) votes.set(tool, weight / total)
  return votes
}

/**
 * Mixes the neighbours' vote into the probabilities, in place: (1 - weight) * probability + weight * share. `positions` gives
 * the place of each tool; neighbours of other tools are ignored, and without neighbours nothing changes.
 */
export function blendVotes(
  probabilities: Float64Array,
  neighbours: readonly Neighbour[],
  weight: number,
  positions: ReadonlyMap<string, number>,
): void {
  const votes = voteShares(neighbours.filter(({ tool }) => positions.has(tool)))
  if (votes.size === 0) return
  for (let tool = 0; tool < probabilities.length; tool++)
    probabilities[tool] = (1 - weight) * (probabilities[tool] ?? 0)
  for (const [tool, share] of votes) {
    const position = requiredValue(positions, tool)
    probabilities[position] = at(probabilities, position) + weight * share
  }
}
