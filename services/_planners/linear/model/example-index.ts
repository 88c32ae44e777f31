import type { SparseVector } from '#text/features.ts'
import { featurize } from '#text/features.ts'
import { type Neighbour, nearestPositions } from '#text/nearest.ts'
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

export type ExampleIndex = {
  readonly size: number
  /** The `count` most similar examples, most similar first, ties by position; none of family `exceptFamily`. */
  nearest(vector: SparseVector, count: number, exceptFamily?: string): readonly Neighbour[]
}

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
