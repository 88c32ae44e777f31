import { featurize } from '#text/features.ts'
import type { Neighbour } from '#text/nearest.ts'
import { queryArgument } from '#text/query-argument.ts'
import { blendVotes, softmax } from '#text/vote.ts'
import type { LoraAdapter } from './adapter.ts'
import { mergeAdapter } from './adapter.ts'
import type { ExampleIndex } from './example-index.ts'
import type { LinearManifest } from './manifest.ts'
import { baseWeights, scoreTools } from './weights.ts'

/** What the manifest names by digest, already loaded. Each must be given exactly if the manifest names it. */
export type LinearPlannerParts = { readonly adapter?: LoraAdapter; readonly examples?: ExampleIndex }

export type LinearPlanOptions = {
  /** The asker's family: its own examples are never consulted. */
  readonly family?: string
  /** Examples retrieved elsewhere (a vector index), used instead of the planner's own. The caller guards the family. */
  readonly hits?: readonly Neighbour[]
}

export type LinearPlan = {
  readonly tool: string
  /** The tool's query argument, made from the question alone. */
  readonly argument: string
  /** Probability of the chosen tool. */
  readonly confidence: number
  /** Probability of the chosen tool minus that of the runner-up, in [0, 1]; 1 with a single tool. */
  readonly margin: number
  /** The five likeliest tools, likeliest first; ties in catalogue order. */
  readonly ranking: readonly { readonly tool: string; readonly probability: number }[]
  /** The golden examples that voted, nearest first. */
  readonly exampleIds: readonly string[]
}

export type LinearPlanner = {
  plan(question: string, earlier?: readonly string[], options?: LinearPlanOptions): LinearPlan
}

const RANKING_LENGTH = 5

/**
 * Readies a planner: embeds the descriptions and merges the adapter once, so that a plan costs one sparse product.
 * Throws RangeError if the parts are not those that the manifest names, or the adapter is for other tools.
 */
export function createLinearPlanner(manifest: LinearManifest, parts: LinearPlannerParts = {}): LinearPlanner {
  const { tools, scale } = manifest
  const { adapter, examples } = parts
  if ((adapter === undefined) !== (manifest.adapter === null)) throw new RangeError('adapter and manifest disagree')
  if (adapter !== undefined && tools.some(({ name }, at) => adapter.tools[at] !== name)) {
    throw new RangeError('the adapter was trained for other tools')
  }
  const base = baseWeights(tools)
  const weights = adapter === undefined ? base : mergeAdapter(base, adapter)
  const probabilities = new Float64Array(tools.length)
  const positions = new Map(tools.map(({ name }, at) => [name, at]))

  return {
    plan(question, earlier = [], { family, hits } = {}) {
      const vector = featurize(question, earlier)
      softmax(scoreTools(weights, vector, probabilities), scale)
      const use = manifest.examples
      const consulted = use === null ? [] : (hits ?? examples?.nearest(vector, use.neighbours, family) ?? [])
      if (use !== null) blendVotes(probabilities, consulted, use.weight, positions)
      const ranking = topPositions(probabilities).map(at => ({
        tool: tools[at]?.name ?? '',
        probability: probabilities[at] ?? 0,
      }))
      const [first, second] = ranking
      return {
        tool: first?.tool ?? '',
        argument: queryArgument(question),
        confidence: first?.probability ?? 0,
        margin: (first?.probability ?? 0) - (second?.probability ?? 0),
        ranking,
        exampleIds: consulted.map(({ id }) => id),
      }
    },
  }
}

function topPositions(probabilities: Float64Array): number[] {
  const best: number[] = []
  for (let at = 0; at < probabilities.length; at++) {
    let place = best.length
    while (place > 0 && (probabilities[at] ?? 0) > (probabilities[best[place - 1] ?? 0] ?? 0)) place--
    if (place < RANKING_LENGTH) best.splice(place, 0, at)
    if (best.length > RANKING_LENGTH) best.pop()
  }
  return best
}
