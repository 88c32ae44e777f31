import type { SparseVector } from '#text/features.ts'
import { featurize } from '#text/features.ts'
import { indexInnerProducts } from '#text/postings.ts'

/** A golden example: a customer's question and the tool that humans agree it needs. */
export type GoldenExample = {
  readonly id: string
  /** The conversation, its near-duplicates and its synthetic descendants: the unit that must not leak. */
  readonly family: string
  readonly tool: string
  readonly question: string
  readonly earlier?: readonly string[]
}

/** A retrieved example; `similarity` is the cosine of the sparse feature vectors, in (0, 1]. */
export type RetrievedExample = { readonly id: string; readonly tool: string; readonly similarity: number }

export type ExampleIndex = {
  readonly size: number
  /** The `count` most similar examples, most similar first, ties by position; none of family `exceptFamily`. */
  nearest(vector: SparseVector, count: number, exceptFamily?: string): readonly RetrievedExample[]
}

/** The vote sharpens similarities by this power: a near-copy should outvote several vaguely similar examples. */
const SHARPNESS = 8

/** Readies exact nearest-neighbour search over the examples: about .2 ms a query over 10,000 of them. */
export function indexExamples(examples: readonly GoldenExample[]): ExampleIndex {
  const similaritiesTo = indexInnerProducts(examples.map(({ question, earlier }) => featurize(question, earlier)))
  return {
    size: examples.length,
    nearest(vector, count, exceptFamily) {
      const allowed = (at: number) => exceptFamily === undefined || examples[at]?.family !== exceptFamily
      return nearestPositions(similaritiesTo(vector), count, allowed).flatMap(({ at, similarity }) => {
        const example = examples[at]
        return example === undefined ? [] : [{ id: example.id, tool: example.tool, similarity }]
      })
    },
  }
}

/** Each hit votes for its tool by similarity to the power SHARPNESS. Shares per tool name, summing to 1; empty without hits. */
export function voteShares(hits: readonly RetrievedExample[]): ReadonlyMap<string, number> {
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

/** The `count` largest positive similarities at allowed positions, largest first, ties by position. */
export function nearestPositions(
  similarities: Float32Array,
  count: number,
  allowed: (at: number) => boolean = () => true,
): { readonly at: number; readonly similarity: number }[] {
  const best: { at: number; similarity: number }[] = []
  let floor = 0
  for (let at = 0; at < similarities.length; at++) {
    const similarity = similarities[at] ?? 0
    if (similarity <= floor || !allowed(at)) continue
    let place = best.length
    while (place > 0 && similarity > (best[place - 1]?.similarity ?? 0)) place--
    best.splice(place, 0, { at, similarity })
    if (best.length > count) best.pop()
    if (best.length === count) floor = best[count - 1]?.similarity ?? 0
  }
  return best
}
