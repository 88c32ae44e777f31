import { DIMENSIONS, featurize } from './features.ts'
import type { SparseVector } from './features.ts'

/** A golden example: a customer's question and the tool that humans agree it needs. */
export type Example = {
  readonly id: string
  /** The conversation, its near-duplicates and its synthetic descendants: the unit that must not leak. */
  readonly family: string
  readonly tool: string
  readonly question: string
  readonly earlier?: readonly string[]
}

/** A retrieved example; `similarity` is the cosine of the sparse feature vectors, in (0, 1]. */
export type Hit = { readonly id: string; readonly tool: string; readonly similarity: number }

export type ExampleIndex = {
  readonly size: number
  /** The `count` most similar examples, most similar first, ties by position; none of family `exceptFamily`. */
  nearest(vector: SparseVector, count: number, exceptFamily?: string): readonly Hit[]
}

/** The vote sharpens similarities by this power: a near-copy should outvote several vaguely similar examples. */
const SHARPNESS = 4

/**
 * Exact nearest neighbours over an inverted index: for each feature the examples that have it. A query touches only
 * features it shares with examples: about .2 ms over 10,000 of them.
 */
export function indexExamples(examples: readonly Example[]): ExampleIndex {
  const { starts, owners, values } = invert(examples.map(({ question, earlier }) => featurize(question, earlier)))
  const similarities = new Float32Array(examples.length)
  return {
    size: examples.length,
    nearest(vector, count, exceptFamily) {
      similarities.fill(0)
      for (let entry = 0; entry < vector.indices.length; entry++) {
        const feature = vector.indices[entry] ?? 0
        const value = vector.values[entry] ?? 0
        const end = starts[feature + 1] ?? 0
        for (let at = starts[feature] ?? 0; at < end; at++) {
          const owner = owners[at] ?? 0
          similarities[owner] = (similarities[owner] ?? 0) + value * (values[at] ?? 0)
        }
      }
      const best = largest(similarities, count, (at) => exceptFamily === undefined || examples[at]?.family !== exceptFamily)
      return best.flatMap((at) => {
        const example = examples[at]
        return example === undefined ? [] : [{ id: example.id, tool: example.tool, similarity: similarities[at] ?? 0 }]
      })
    },
  }
}

/** Each hit votes for its tool by similarity to the power SHARPNESS. Shares per tool name, summing to 1; empty without hits. */
export function vote(hits: readonly Hit[]): ReadonlyMap<string, number> {
  const votes = new Map<string, number>()
  let total = 0
  for (const { tool, similarity } of hits) {
    const weight = similarity ** SHARPNESS
    votes.set(tool, (votes.get(tool) ?? 0) + weight)
    total += weight
  }
  for (const [tool, weight] of votes) votes.set(tool, weight / total)
  return votes
}

/** Positions of the `count` largest positive numbers that pass `allowed`, largest first, ties by position. */
function largest(numbers: Float32Array, count: number, allowed: (at: number) => boolean): number[] {
  const best: number[] = []
  for (let at = 0; at < numbers.length; at++) {
    const value = numbers[at] ?? 0
    if (value <= 0 || (best.length === count && value <= (numbers[best[count - 1] ?? 0] ?? 0)) || !allowed(at)) continue
    let place = best.length
    while (place > 0 && value > (numbers[best[place - 1] ?? 0] ?? 0)) place--
    best.splice(place, 0, at)
    if (best.length > count) best.pop()
  }
  return best
}

/** Postings of feature f are at positions starts[f] up to starts[f + 1] of `owners` and `values`. */
function invert(vectors: readonly SparseVector[]) {
  const starts = new Uint32Array(DIMENSIONS + 1)
  for (const { indices } of vectors) for (const feature of indices) starts[feature + 1] = (starts[feature + 1] ?? 0) + 1
  for (let feature = 0; feature < DIMENSIONS; feature++) {
    starts[feature + 1] = (starts[feature + 1] ?? 0) + (starts[feature] ?? 0)
  }
  const owners = new Uint32Array(starts[DIMENSIONS] ?? 0)
  const values = new Float32Array(owners.length)
  const next = starts.slice()
  vectors.forEach((vector, owner) => {
    vector.indices.forEach((feature, entry) => {
      const at = next[feature] ?? 0
      next[feature] = at + 1
      owners[at] = owner
      values[at] = vector.values[entry] ?? 0
    })
  })
  return { starts, owners, values }
}
