import { at } from '#runtime/core/checked.ts'
import { Fault } from '#runtime/core/faults.ts'
import { featurize } from '#text/features.ts'
import { type Neighbour, topPositions } from '#text/nearest.ts'
import { queryArgument } from '#text/query-argument.ts'
import { blendVotes, softmax } from '#text/vote.ts'
import { type LoraAdapter, mergeAdapter } from './adapter.ts'
import type { LinearManifest } from './manifest.ts'
import { baseWeights, scoreTools } from './weights.ts'

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
  /** `neighbours` are the retrieved examples; a planner whose manifest names no examples ignores them. */
  plan(question: string, earlier?: readonly string[], neighbours?: readonly Neighbour[]): LinearPlan
}

const RANKING_LENGTH = 5

/**
 * Readies a planner: embeds the descriptions and merges the adapter once, so that a plan costs one sparse product. FLY_OBJECT
 * where the adapter is not the one that the manifest names or is for other tools.
 */
export function createLinearPlanner(manifest: LinearManifest, adapter: LoraAdapter | null = null): LinearPlanner {
  const { tools, scale, examples } = manifest
  if ((adapter === null) !== (manifest.adapter === null))
    throw new Fault('FLY_OBJECT', 'the manifest names an adapter and none is given, or the reverse')
  if (adapter !== null && !isFor(tools, adapter))
    throw new Fault('FLY_OBJECT', 'the adapter was trained for other tools')
  const base = baseWeights(tools)
  const weights = adapter === null ? base : mergeAdapter(base, adapter)
  const probabilities = new Float64Array(tools.length)
  const positions = new Map(tools.map(({ name }, position) => [name, position]))

  return {
    plan(question, earlier = [], neighbours = []) {
      softmax(scoreTools(weights, featurize(question, earlier), probabilities), scale)
      const consulted = examples === null ? [] : neighbours
      if (examples !== null) blendVotes(probabilities, consulted, examples.weight, positions)
      const ranking = topPositions(probabilities, RANKING_LENGTH).map(({ position, value }) => ({
        tool: at(tools, position).name,
        probability: value,
      }))
      const first = at(ranking, 0)
      return {
        tool: first.tool,
        argument: queryArgument(question),
        confidence: first.probability,
        margin: first.probability - (ranking[1]?.probability ?? 0),
        ranking,
        exampleIds: consulted.map(({ id }) => id),
      }
    },
  }
}

const isFor = (tools: LinearManifest['tools'], adapter: LoraAdapter): boolean =>
  tools.length === adapter.tools.length && tools.every(({ name }, position) => name === adapter.tools[position])
