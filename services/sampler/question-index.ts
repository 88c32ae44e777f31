import type { StateView } from '#runtime/state/state.ts'
import type { SparseVector } from '#text/features.ts'
import { indexInnerProducts } from '#text/postings.ts'
import { questionVector } from '#text/question-vector.ts'
import { dotWithDense, toDense } from '#text/vectors.ts'
import { type IndexedRing, type NumberedQuestion, ringEntry } from './state.ts'
import { createStateCache } from './state-cache.ts'

/** An inverted index of the questions numbered below `end`. */
type QuestionIndex = {
  readonly end: number
  /** The questions, newest first, in the order of their cosines. */
  readonly entries: readonly NumberedQuestion[]
  readonly newest: NumberedQuestion | undefined
  /** Overwritten by the next call. */
  readonly cosines: (query: SparseVector) => Float32Array
}

const cachedIndex = createStateCache<QuestionIndex>()

/**
 * The index over a ring. It ends at the last multiple of `block` up to `next`, so that it follows from the state however often
 * the process restarts.
 */
export function questionIndex(state: StateView, ring: IndexedRing, next: number): QuestionIndex {
  const end = next - (next % ring.block)
  const entryAt = (number: number) => ringEntry<NumberedQuestion>(state, ring, number)
  return cachedIndex(state, ring.name, cached => {
    // A batch that was rolled back leaves an index of other objects: its newest entry is another object than that of the state.
    if (cached?.end === end && cached.newest === entryAt(end - 1)) return cached
    const covered = Array.from({ length: Math.min(ring.span, end) }, (_none, back) => entryAt(end - 1 - back))
    const entries = covered.filter(entry => entry !== undefined)
    const cosines = indexInnerProducts(entries.map(({ turn }) => questionVector(turn)))
    return { end, entries, newest: covered[0], cosines }
  })
}

/** Mean of the `count` highest cosines. Fewer count as zeros, and copies of the question itself are left out. */
export function meanOfHighest(cosines: Float32Array, count: number): number {
  // Ascending.
  const highest = new Float32Array(count)
  for (let position = 0; position < cosines.length; position++) {
    // Within bounds by the conditions of both loops, as is every access below.
    const cosine = cosines[position] ?? 0
    if (cosine <= (highest[0] ?? 0) || cosine > sameTextCosine) continue
    let place = 1
    for (; place < count && (highest[place] ?? 0) < cosine; place++) highest[place - 1] = highest[place] ?? 0
    highest[place - 1] = cosine
  }
  return highest.reduce((sum, cosine) => sum + cosine, 0) / count
}

/** Above this cosine two questions are the same text. */
const sameTextCosine = 0.9999

/** The highest cosine of a vector to others; 0 if there are none. */
export function highestCosine(vector: SparseVector, others: readonly SparseVector[]): number {
  return cosinesTo(vector, others).reduce((highest, cosine) => Math.max(highest, cosine), 0)
}

/** The cosines of a vector to others, in their order. */
export function cosinesTo(vector: SparseVector, others: readonly SparseVector[]): Float32Array {
  const dense = toDense(vector)
  const cosines = new Float32Array(others.length)
  others.forEach((other, position) => {
    cosines[position] = dotWithDense(dense, other)
  })
  return cosines
}
