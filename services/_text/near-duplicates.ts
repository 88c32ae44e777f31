import type { SparseVector } from './features.ts'
import { products } from './postings.ts'

/** Two questions are near-duplicates above this cosine of their features. */
export const NEAR = 0.95

/** Texts that differ only in case, punctuation or spacing are equal. */
export function normalise(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** Readies a search: the positions of the vectors that are near-duplicates of a given one. */
export function nearIndex(vectors: readonly SparseVector[]): (vector: SparseVector) => number[] {
  const cosines = products(vectors)
  return vector => {
    const found: number[] = []
    cosines(vector).forEach((cosine, at) => {
      if (cosine > NEAR) found.push(at)
    })
    return found
  }
}
