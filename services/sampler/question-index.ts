import type { StateView } from '#runtime/state/state.ts'
import { FEATURE_DIMENSIONS, type SparseVector } from '#text/features.ts'
import { indexInnerProducts } from '#text/postings.ts'
import { questionVector } from '#text/question-vector.ts'
import { type Collections, indexSpans, type NumberedQuestion, ringKey } from './state.ts'

/** An inverted index of the questions numbered below `end`, and which memory it was made of. */
type QuestionIndex = {
  readonly end: number
  /** The questions, newest first, in the order of their cosines. */
  readonly entries: readonly NumberedQuestion[]
  readonly newest: NumberedQuestion | undefined
  /** Overwritten by the next call. */
  readonly cosines: (query: SparseVector) => Float32Array
}

// An index follows from what is remembered alone, so keeping it changes no answer, only its cost.
const indexes = new WeakMap<StateView, Map<string, QuestionIndex>>()

/**
 * The remembered questions of a ring as an index, renewed every `block` numbers: it covers the `span` numbers before the last
 * multiple of `block` up to `next`, so that it follows from the state however often the process restarts.
 */
export function questionIndex(
  state: StateView,
  names: Collections,
  ring: keyof typeof indexSpans,
  next: number,
): QuestionIndex {
  const { span, block } = indexSpans[ring]
  const collection = names[ring]
  const end = next - (next % block)
  const ofState = indexes.get(state) ?? new Map<string, QuestionIndex>()
  indexes.set(state, ofState)
  const known = ofState.get(collection)
  const entry = (number: number) => state.get<NumberedQuestion>(collection, ringKey(ring, number))
  // A rolled-back batch leaves other objects behind: the newest entry tells.
  if (known?.end === end && known.newest === entry(end - 1)) return known
  const covered = Array.from({ length: Math.min(span, end) }, (_none, back) => entry(end - 1 - back))
  const entries = covered.filter(one => one !== undefined)
  const cosines = indexInnerProducts(entries.map(({ turn }) => questionVector(turn)))
  const index = { end, entries, newest: covered[0], cosines }
  ofState.set(collection, index)
  return index
}

/** Mean of the `count` highest cosines; copies of the question itself do not count. Fewer count as zeros. */
export function meanOfHighest(cosines: Float32Array, count: number): number {
  const highest = new Float32Array(count)
  for (let at = 0; at < cosines.length; at++) {
    const value = cosines[at] ?? 0
    if (value <= (highest[0] ?? 0) || value > sameTextCosine) continue
    let place = 1
    for (; place < count && (highest[place] ?? 0) < value; place++) highest[place - 1] = highest[place] ?? 0
    highest[place - 1] = value
  }
  return highest.reduce((sum, value) => sum + value, 0) / count
}

/** Cosine from which two questions are the same text. */
const sameTextCosine = 0.9999

/** The highest cosine of a vector to others; 0 if there are none. */
export function highestCosine(vector: SparseVector, others: readonly SparseVector[]): number {
  return cosinesTo(vector, others).reduce((highest, cosine) => Math.max(highest, cosine), 0)
}

/** The cosines of a vector to others, in their order. */
export function cosinesTo({ indices, values }: SparseVector, others: readonly SparseVector[]): Float32Array {
  const cosines = new Float32Array(others.length)
  for (let entry = 0; entry < indices.length; entry++) denseScratch[indices[entry] ?? 0] = values[entry] ?? 0
  others.forEach((other, position) => {
    let sum = 0
    for (let entry = 0; entry < other.indices.length; entry++)
      sum += (other.values[entry] ?? 0) * (denseScratch[other.indices[entry] ?? 0] ?? 0)
    cosines[position] = sum
  })
  for (const index of indices) denseScratch[index] = 0
  return cosines
}

const denseScratch = new Float32Array(FEATURE_DIMENSIONS)
