import { at } from '#runtime/core/checked.ts'
import { isNearDuplicate } from '#text/near-duplicates.ts'
import { type Neighbour, topPositions } from '#text/nearest.ts'
import { normaliseText } from '#text/normalise.ts'
import { indexInnerProducts } from '#text/postings.ts'
import { type QuestionInContext, questionVector } from '#text/question-vector.ts'
import { dot } from '#text/vectors.ts'
import type { GoldQuestion } from './state.ts'

/** A variant compared with the questions that are known. */
export type Neighbourhood = {
  /** The nearest gold, the parent included, nearest first: what votes for a tool. */
  readonly nearest: readonly Neighbour[]
  /**
   * Cosine to the nearest gold of the parent's tool, and of any other. The judge's similarity to gold counts containment as well;
   * here that would call every shortened question confusable.
   */
  readonly own: number
  readonly other: number
  readonly isDuplicate: boolean
}

const VOTERS = 10

export type KnownQuestions = {
  readonly parent: GoldQuestion
  readonly gold: readonly GoldQuestion[]
  readonly synthetic: readonly QuestionInContext[]
}

/**
 * Readies the comparison of variants. `siblings` are the variants of the same parent that were accepted before. A variant
 * duplicates its parent only if both texts are equal: it is meant to be near.
 */
export function createNeighbourhood({
  parent,
  gold,
  synthetic,
}: KnownQuestions): (variant: QuestionInContext, siblings: readonly QuestionInContext[]) => Neighbourhood {
  const known = [parent, ...gold]
  const toGold = indexInnerProducts(known.map(questionVector))
  const toSynthetic = indexInnerProducts(synthetic.map(questionVector))
  return (variant, siblings) => {
    const vector = questionVector(variant)
    const goldCosines = toGold(vector)
    const syntheticCosines = toSynthetic(vector)
    const highestCosine = (isOwn: boolean): number =>
      known.reduce(
        (highest, { tool }, position) =>
          (tool === parent.tool) === isOwn ? Math.max(highest, at(goldCosines, position)) : highest,
        0,
      )
    return {
      nearest: topPositions(goldCosines, VOTERS).map(({ position, value }) => ({
        id: String(position),
        tool: at(known, position).tool,
        similarity: value,
      })),
      own: highestCosine(true),
      other: highestCosine(false),
      isDuplicate:
        normaliseText(variant.question) === normaliseText(parent.question) ||
        gold.some((other, position) => isNearDuplicate(variant, other, at(goldCosines, position + 1))) ||
        siblings.some(other => isNearDuplicate(variant, other, dot(vector, questionVector(other)))) ||
        synthetic.some((other, position) => isNearDuplicate(variant, other, at(syntheticCosines, position))),
    }
  }
}
