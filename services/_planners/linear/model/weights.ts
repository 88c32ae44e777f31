import { FEATURE_DIMENSIONS, featurize, type SparseVector } from '#text/features.ts'
import type { LinearTool } from './manifest.ts'

/** A dense linear layer; the weight of feature f for tool t is `values[f * tools + t]`, so that a sparse input reads rows. */
export type Weights = { readonly tools: number; readonly values: Float32Array }

/** W0: the frozen base weights. Column t is the feature vector of tool t's description. */
export function baseWeights(tools: readonly LinearTool[]): Weights {
  const weights = { tools: tools.length, values: new Float32Array(FEATURE_DIMENSIONS * tools.length) }
  tools.forEach(({ description }, tool) => {
    writeToolColumn(weights, tool, featurize(description))
  })
  return weights
}

/** Replaces the column of one tool. */
export function writeToolColumn({ tools, values }: Weights, tool: number, vector: SparseVector): void {
  for (let feature = 0; feature < FEATURE_DIMENSIONS; feature++) values[feature * tools + tool] = 0
  vector.indices.forEach((feature, entry) => {
    values[feature * tools + tool] = vector.values[entry] ?? 0
  })
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
