import { requiredValue } from '#runtime/core/checked.ts'
import { argMax } from '#statistics/argmax.ts'
import { featurize } from '#text/features.ts'
import type { Neighbour } from '#text/nearest.ts'
import { blendVotes, softmax } from '#text/vote.ts'
import { type LoraAdapter, mergeAdapter } from '../model/adapter.ts'
import type { HeldRow } from '../model/choose-retrieval.ts'
import { type GoldenExample, indexExamples } from '../model/example-index.ts'
import type { LinearManifest } from '../model/manifest.ts'
import { baseWeights, scoreTools } from '../model/weights.ts'

/** A gold row as the planner scores it without examples, with the gold rows of other families that are nearest to it. */
export type ScoredGoldRow = HeldRow & { readonly row: GoldenExample }

/** A planner that is asked again and again, each time with other examples. */
export type PlannerUnderTest = {
  readonly rows: readonly ScoredGoldRow[]
  /** Of each tool, in the planner's order. */
  readonly positions: ReadonlyMap<string, number>
  /** Whether it plans the row right when these examples vote with this weight. */
  readonly isRightWith: (scored: ScoredGoldRow, examples: readonly Neighbour[], weight: number) => boolean
}

/** Scores the gold rows of tools that the planner knows; each gets its `depth` nearest neighbours. */
export function createPlannerUnderTest(
  manifest: LinearManifest,
  adapter: LoraAdapter | null,
  gold: readonly GoldenExample[],
  depth: number,
): PlannerUnderTest {
  const positions = new Map(manifest.tools.map(({ name }, position) => [name, position]))
  const base = baseWeights(manifest.tools)
  const weights = adapter === null ? base : mergeAdapter(base, adapter)
  const known = gold.filter(({ tool }) => positions.has(tool))
  const index = indexExamples(known)
  const rows = known.map(row => {
    const vector = featurize(row.question, row.earlier)
    const own = softmax(scoreTools(weights, vector, new Float64Array(weights.tools)), manifest.scale)
    return { row, tool: requiredValue(positions, row.tool), own, near: index.nearest(vector, depth, row.family) }
  })
  return {
    rows,
    positions,
    isRightWith({ own, tool }, examples, weight) {
      const probabilities = own.slice()
      blendVotes(probabilities, examples, weight, positions)
      return argMax(probabilities) === tool
    },
  }
}
