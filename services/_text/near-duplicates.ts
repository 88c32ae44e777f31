import type { SparseVector } from './features.ts'
import { indexInnerProducts } from './postings.ts'

/** Two questions are near-duplicates above this cosine of their features. */
export const NEAR_DUPLICATE_COSINE = 0.95

/** Readies a search: the positions of the vectors that are near-duplicates of a given one. */
export function indexNearDuplicates(vectors: readonly SparseVector[]): (vector: SparseVector) => number[] {
  const cosines = indexInnerProducts(vectors)
  return vector => {
    const found: number[] = []
    cosines(vector).forEach((cosine, at) => {
      if (cosine > NEAR_DUPLICATE_COSINE) found.push(at)
    })
    return found
  }
}
