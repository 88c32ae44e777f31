import { featurize } from '#text/features.ts'
import type { Neighbour } from '#text/nearest.ts'
import { blendVotes, softmax } from '#text/vote.ts'
import { type LoraAdapter, mergeAdapter } from '../model/adapter.ts'
import { type GoldenExample, indexExamples } from '../model/example-index.ts'
import type { LinearManifest } from '../model/manifest.ts'
import { baseWeights, scoreTools } from '../model/weights.ts'

/** A gold row with what the agent thinks of it unaided, and the gold rows of other families that are nearest to it. */
export type ScoredGoldRow = {
  readonly row: GoldenExample
  /** Probability of each tool, without examples. */
  readonly own: Float64Array
  /** Most similar first. */
  readonly near: readonly Neighbour[]
}

/** The agent under proof: how it answers a row when it is shown some examples. */
export type PlannerUnderTest = {
  readonly rows: readonly ScoredGoldRow[]
  readonly rightWith: (prepared: ScoredGoldRow, shown: readonly Neighbour[], weight: number) => boolean
  /** Sum over tools of (probability - truth)^2, in [0, 2] (Brier, 1950). */
  readonly brier: (prepared: ScoredGoldRow, shown: readonly Neighbour[], weight: number) => number
}

/** Readies the gold rows of tools that the planner knows; each sees `depth` neighbours. */
export function createPlannerUnderTest(
  manifest: LinearManifest,
  adapter: LoraAdapter | null,
  gold: readonly GoldenExample[],
  depth: number,
): PlannerUnderTest {
  const positions = new Map(manifest.tools.map(({ name }, at) => [name, at]))
  const base = baseWeights(manifest.tools)
  const weights = adapter === null ? base : mergeAdapter(base, adapter)
  const known = gold.filter(({ tool }) => positions.has(tool))
  const index = indexExamples(known)
  const rows = known.map(row => {
    const vector = featurize(row.question, row.earlier)
    const own = softmax(scoreTools(weights, vector, new Float64Array(weights.tools)), manifest.scale)
    return { row, own, near: index.nearest(vector, depth, row.family) }
  })

  function shownTo({ own }: ScoredGoldRow, shown: readonly Neighbour[], weight: number): Float64Array {
    const probabilities = own.slice()
    blendVotes(probabilities, shown, weight, positions)
    return probabilities
  }

  return {
    rows,
    rightWith(prepared, shown, weight) {
      const probabilities = shownTo(prepared, shown, weight)
      return probabilities.indexOf(Math.max(...probabilities)) === positions.get(prepared.row.tool)
    },
    brier(prepared, shown, weight) {
      const gold = positions.get(prepared.row.tool)
      const probabilities = shownTo(prepared, shown, weight)
      return probabilities.reduce((sum, value, at) => sum + (value - (at === gold ? 1 : 0)) ** 2, 0)
    },
  }
}
