import { type Asked, vectorOf } from '#planner/asked.ts'
import { DIMENSIONS, type SparseVector } from '#planner/features.ts'
import { products } from '#planner/postings.ts'
import type { StateView } from '#runtime/state.ts'

/** A remembered question; `number` counts up by one from entry to entry of its collection. */
export type Numbered = { readonly number: number; readonly turn: Asked }

/** An inverted index of the questions numbered below `end`, and which memory it was made of. */
type Index = {
  readonly end: number
  readonly size: number
  readonly newest: readonly [key: string, value: Numbered] | undefined
  readonly cosines: (query: SparseVector) => Float32Array
}

// An index follows from what is remembered alone, so keeping it changes no answer, only its cost.
const indexes = new WeakMap<StateView, Map<string, Index>>()

/**
 * The remembered questions of a collection as an index, renewed every `block` numbers: it covers the `span` numbers before
 * the last multiple of `block` up to `next`, so that it follows from the state however often the process restarts. The
 * collection must hold the newest `span + block` entries.
 */
export function indexOf(state: StateView, collection: string, next: number, span: number, block: number): Index {
  const end = next - (next % block)
  const known = indexes.get(state)?.get(collection)
  // A rolled-back batch leaves other objects behind: the newest entry tells.
  if (known?.end === end && (!known.newest || state.get(collection, known.newest[0]) === known.newest[1])) return known
  const covered = [...state.entries<Numbered>(collection)].filter(
    ([, { number }]) => number >= end - span && number < end,
  )
  const newest = covered.reduce<Index['newest']>((a, b) => (a && a[1].number > b[1].number ? a : b), undefined)
  const index = { end, size: covered.length, newest, cosines: products(covered.map(([, { turn }]) => vectorOf(turn))) }
  const ofState = indexes.get(state) ?? new Map<string, Index>()
  indexes.set(state, ofState.set(collection, index))
  return index
}

/** Mean of the `count` highest cosines; copies of the question itself do not count. Fewer count as zeros. */
export function meanOfHighest(cosines: Float32Array, count: number): number {
  const highest = new Float32Array(count)
  for (let at = 0; at < cosines.length; at++) {
    const value = cosines[at] ?? 0
    if (value <= (highest[0] ?? 0) || value > copy) continue
    let place = 1
    for (; place < count && (highest[place] ?? 0) < value; place++) highest[place - 1] = highest[place] ?? 0
    highest[place - 1] = value
  }
  return highest.reduce((sum, value) => sum + value, 0) / count
}

/** Cosine from which two questions are the same text. */
const copy = 0.9999

/** The highest cosine of a vector to others; 0 if there are none. */
export function highestCosine({ indices, values }: SparseVector, others: Iterable<SparseVector>): number {
  for (let entry = 0; entry < indices.length; entry++) scattered[indices[entry] ?? 0] = values[entry] ?? 0
  let highest = 0
  for (const other of others) {
    let sum = 0
    for (let entry = 0; entry < other.indices.length; entry++)
      sum += (other.values[entry] ?? 0) * (scattered[other.indices[entry] ?? 0] ?? 0)
    if (sum > highest) highest = sum
  }
  for (const index of indices) scattered[index] = 0
  return highest
}

const scattered = new Float32Array(DIMENSIONS)
