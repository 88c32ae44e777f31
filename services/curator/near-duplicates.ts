import type { SparseVector } from '#planner/features.ts'
import { dot } from '#planner/vectors.ts'

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

export type NearIndex = {
  add(vector: SparseVector): void
  /** True when an added vector has a cosine above NEAR with this one. */
  has(vector: SparseVector): boolean
}

/**
 * Exact search by prefix filtering (Bayardo et al., Scaling Up All Pairs Similarity Search, WWW 2007): a unit vector with
 * cosine t shares a feature with every part of this one whose squared length exceeds 1 - t^2, so only the vectors in the
 * shortest postings of such a part are compared.
 */
export function nearIndex(): NearIndex {
  const vectors: SparseVector[] = []
  const postings = new Map<number, number[]>()
  return {
    add(vector) {
      for (const feature of vector.indices) {
        const posting = postings.get(feature)
        if (posting) posting.push(vectors.length)
        else postings.set(feature, [vectors.length])
      }
      vectors.push(vector)
    },
    has(vector) {
      const entries = Array.from(vector.indices, (feature, at) => ({
        posting: postings.get(feature) ?? [],
        square: (vector.values[at] ?? 0) ** 2,
      })).sort((left, right) => left.posting.length - right.posting.length)
      const compared = new Set<number>()
      let part = 0
      for (const { posting, square } of entries) {
        for (const at of posting) {
          const other = vectors[at]
          if (compared.has(at) || other === undefined) continue
          compared.add(at)
          if (dot(vector, other) > NEAR) return true
        }
        part += square
        if (part > 1 - NEAR ** 2 + 1e-6) return false
      }
      return false
    },
  }
}
