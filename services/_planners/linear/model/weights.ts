import { at } from '#runtime/core/checked.ts'
import { FEATURE_DIMENSIONS, featurize, type SparseVector } from '#text/features.ts'
import type { LinearTool } from './manifest.ts'

/** A dense linear layer; the weight of feature f for tool t is `values[f * tools + t]`, so that a sparse input reads rows. */
export type Weights = { readonly tools: number; readonly values: Float32Array }

/** W0: the frozen base weights. Column t is the feature vector of tool t's description. */
export function baseWeights(tools: readonly LinearTool[]): Weights {
  const values = new Float32Array(FEATURE_DIMENSIONS * tools.length)
  for (const [tool, { description }] of tools.entries()) {
    const vector = featurize(description)
    for (const [entry, feature] of vector.indices.entries())
      values[feature * tools.length + tool] = at(vector.values, entry)
  }
  return { tools: tools.length, values }
}

/**
 * One score per tool: W x. Written into `scores`, which must have length `tools`, and returned. All indices are within bounds by
 * the shapes, so `?? 0` never applies; this runs for each plan.
 */
export function scoreTools(
  { tools, values }: Weights,
  { indices, values: entries }: SparseVector,
  scores: Float64Array,
): Float64Array {
  scores.fill(0)
  for (let entry = 0; entry < indices.length; entry++) {
    const row = (indices[entry] ?? 0) * tools
    const value = entries[entry] ?? 0
    for (let tool = 0; tool < tools; tool++) scores[tool] = (scores[tool] ?? 0) + value * (values[row + tool] ?? 0)
  }
  return scores
}
