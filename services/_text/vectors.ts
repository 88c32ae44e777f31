import type { SparseVector } from './features.ts'
import { FEATURE_DIMENSIONS } from './features.ts'

/** Length of the dense vectors that a vector index such as LanceDB stores. */
export const EMBEDDING_DIMENSIONS = 384

const projectionSigns = createProjectionSigns()

/** Inner product of two sparse vectors. For two results of `featurize` it is their cosine, in [0, 1]. */
export function dot(left: SparseVector, right: SparseVector): number {
  let sum = 0
  let at = 0
  let other = 0
  while (at < left.indices.length && other < right.indices.length) {
    const difference = (left.indices[at] ?? 0) - (right.indices[other] ?? 0)
    if (difference === 0) sum += (left.values[at] ?? 0) * (right.values[other] ?? 0)
    if (difference <= 0) at++
    if (difference >= 0) other++
  }
  return sum
}

/** Cosine of two sparse vectors of any length; 0 if either is empty. */
export function cosine(left: SparseVector, right: SparseVector): number {
  const lengths = Math.sqrt(dot(left, left) * dot(right, right))
  return lengths === 0 ? 0 : dot(left, right) / lengths
}

/**
 * A dense approximation for a vector index, of EMBEDDING_DIMENSIONS and unit length (all zeros for an empty vector): a fixed
 * random sign projection (Achlioptas, PODS 2001). Inner products are kept within about .05, so fetch several times the
 * neighbours you need and re-rank them by `dot` of the sparse vectors: with five times as many, .99 of the true ten
 * nearest are found among 10,003 questions of BANKING77.
 */
export function denseProjection(vector: SparseVector): Float32Array {
  const dense = new Float32Array(EMBEDDING_DIMENSIONS)
  for (let entry = 0; entry < vector.indices.length; entry++) {
    const row = (vector.indices[entry] ?? 0) * EMBEDDING_DIMENSIONS
    const value = vector.values[entry] ?? 0
    for (let at = 0; at < EMBEDDING_DIMENSIONS; at++)
      dense[at] = (dense[at] ?? 0) + value * (projectionSigns[row + at] ?? 0)
  }
  let squares = 0
  for (const value of dense) squares += value * value
  const length = Math.sqrt(squares)
  return length === 0 ? dense : dense.map(value => value / length)
}

/** Each 1 or -1. Stored indexes contain projections, so this table must never change. */
function createProjectionSigns(): Int8Array {
  const table = new Int8Array(FEATURE_DIMENSIONS * EMBEDDING_DIMENSIONS)
  for (let at = 0; at < table.length; at += 32) {
    let bits = Math.imul(at / 32 + 1, 0x9e3779b1)
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
    bits ^= bits >>> 16
    for (let bit = 0; bit < 32; bit++) table[at + bit] = (bits >>> bit) & 1 ? 1 : -1
  }
  return table
}

/** A sparse vector written out over all dimensions, for comparing it with many: that is several times faster than `dot`. */
export function toDense({ indices, values }: SparseVector): Float32Array {
  const dense = new Float32Array(FEATURE_DIMENSIONS)
  // Within bounds: indices and values have the same length, and every index is below FEATURE_DIMENSIONS.
  for (let entry = 0; entry < indices.length; entry++) dense[indices[entry] ?? 0] = values[entry] ?? 0
  return dense
}

/** The inner product of a dense and a sparse vector. */
export function dotWithDense(dense: Float32Array, { indices, values }: SparseVector): number {
  let sum = 0
  // Within bounds, as in `toDense`.
  for (let entry = 0; entry < indices.length; entry++) sum += (dense[indices[entry] ?? 0] ?? 0) * (values[entry] ?? 0)
  return sum
}

/** The share of a sparse vector's squared length, which is 1, at the features that a dense vector has too. */
export function containedShare(dense: Float32Array, { indices, values }: SparseVector): number {
  let sum = 0
  // Within bounds, as in `toDense`.
  for (let entry = 0; entry < indices.length; entry++) {
    const value = values[entry] ?? 0
    if ((dense[indices[entry] ?? 0] ?? 0) > 0) sum += value * value
  }
  return sum
}
