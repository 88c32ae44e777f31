import type { SparseVector } from './features.ts'
import { FEATURE_DIMENSIONS } from './features.ts'

/**
 * An inverted index: for each feature, the vectors that have it. The returned function gives the inner products of all
 * vectors with a query, and reads only the features of the query. Its result is overwritten by the next call. The accesses of the inner
 * loops are within bounds by construction of the index; checked, a search among
 * 2,000 questions takes four times as long.
 */
export function indexInnerProducts(vectors: readonly SparseVector[]): (query: SparseVector) => Float32Array {
  const { starts, owners, values } = buildPostings(vectors)
  const sums = new Float32Array(vectors.length)
  return query => {
    sums.fill(0)
    for (let entry = 0; entry < query.indices.length; entry++) {
      const feature = query.indices[entry] ?? 0
      const value = query.values[entry] ?? 0
      const end = starts[feature + 1] ?? 0
      for (let at = starts[feature] ?? 0; at < end; at++) {
        const owner = owners[at] ?? 0
        sums[owner] = (sums[owner] ?? 0) + value * (values[at] ?? 0)
      }
    }
    return sums
  }
}

/** Postings of feature f are at positions starts[f] up to starts[f + 1] of `owners` and `values`. */
function buildPostings(vectors: readonly SparseVector[]) {
  const starts = new Uint32Array(FEATURE_DIMENSIONS + 1)
  for (const { indices } of vectors) for (const feature of indices) starts[feature + 1] = (starts[feature + 1] ?? 0) + 1
  for (let feature = 0; feature < FEATURE_DIMENSIONS; feature++) {
    starts[feature + 1] = (starts[feature + 1] ?? 0) + (starts[feature] ?? 0)
  }
  const owners = new Uint32Array(starts[FEATURE_DIMENSIONS] ?? 0)
  const values = new Float32Array(owners.length)
  const next = starts.slice()
  for (const [owner, { indices, values: entries }] of vectors.entries())
    for (let entry = 0; entry < indices.length; entry++) {
      const feature = indices[entry] ?? 0
      const at = next[feature] ?? 0
      next[feature] = at + 1
      owners[at] = owner
      values[at] = entries[entry] ?? 0
    }
  return { starts, owners, values }
}
