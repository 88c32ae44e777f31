import { at } from '#runtime/core/checked.ts'
import type { Neighbour } from '#text/nearest.ts'
import { blendVotes } from '#text/vote.ts'
import type { RetrievalSettings } from './manifest.ts'

/** A row held out of what made the planner. */
export type HeldRow = {
  /** Position of the gold tool. */
  readonly tool: number
  /** Probability of each tool, without examples. */
  readonly own: Float64Array
  /** The examples of other families that are nearest to the row, nearest first. */
  readonly near: readonly Neighbour[]
}

/** How the examples are best consulted: the candidate with the least Brier score, which is smoother than accuracy; ties to the first. */
export function chooseRetrieval(
  rows: readonly HeldRow[],
  candidates: readonly RetrievalSettings[],
  positions: ReadonlyMap<string, number>,
): RetrievalSettings {
  const losses = candidates.map(({ neighbours, weight }) =>
    rows.reduce((sum, row) => {
      const probabilities = row.own.slice()
      blendVotes(probabilities, row.near.slice(0, neighbours), weight, positions)
      return sum + brierScore(probabilities, row.tool)
    }, 0),
  )
  return at(candidates, losses.indexOf(Math.min(...losses)))
}

/** Sum over the tools of (probability - truth)^2, in [0, 2] (Brier, 1950). */
function brierScore(probabilities: Float64Array, gold: number): number {
  return probabilities.reduce((sum, value, position) => sum + (value - (position === gold ? 1 : 0)) ** 2, 0)
}
