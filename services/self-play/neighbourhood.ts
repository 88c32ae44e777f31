import { at } from '#runtime/core/checked.ts'
import { isNearDuplicate } from '#text/near-duplicates.ts'
import { type Neighbour, topPositions } from '#text/nearest.ts'
import { normaliseText } from '#text/normalise.ts'
import { indexInnerProducts } from '#text/postings.ts'
import { type QuestionInContext, questionVector } from '#text/question-vector.ts'
import { dot } from '#text/vectors.ts'
import type { GoldQuestion } from './state.ts'

/** What one variant lies among. */
export type Neighbourhood = {
  /** The nearest gold, the parent included, nearest first: what the kNN planner votes with. */
  readonly hits: readonly Neighbour[]
  /** Cosine to the nearest gold of its own tool, and of any other. */
  readonly own: number
  readonly other: number
  readonly isDuplicate: boolean
}

const VOTERS = 10

/** Everything seen so far, ready to be compared with; the parent counts as gold but not as a duplicate. */
export type KnownQuestions = {
  readonly parent: GoldQuestion
  readonly gold: readonly (readonly [id: string, gold: GoldQuestion])[]
  readonly synthetic: readonly QuestionInContext[]
}

/** Answers for one variant after the other; `siblings` are those accepted before it. */
export function createNeighbourhood({
  parent,
  gold,
  synthetic,
}: KnownQuestions): (asked: QuestionInContext, siblings: readonly QuestionInContext[]) => Neighbourhood {
  const known = [parent, ...gold.map(([, kept]) => kept)]
  const toGold = indexInnerProducts(known.map(questionVector))
  const toSynthetic = indexInnerProducts(synthetic.map(questionVector))
  return (asked, siblings) => {
    const vector = questionVector(asked)
    const cosines = toGold(vector)
    const nearestOf = (isOwn: boolean): number =>
      known.reduce(
        (nearest, { tool }, position) =>
          (tool === parent.tool) === isOwn ? Math.max(nearest, at(cosines, position)) : nearest,
        0,
      )
    const syntheticCosines = toSynthetic(vector)
    return {
      hits: topPositions(cosines, VOTERS).map(({ position, value }) => ({
        id: String(position),
        tool: at(known, position).tool,
        similarity: value,
      })),
      own: nearestOf(true),
      other: nearestOf(false),
      isDuplicate:
        normaliseText(asked.question) === normaliseText(parent.question) ||
        gold.some(([, kept], position) => isNearDuplicate(asked, kept, at(cosines, position + 1))) ||
        siblings.some(sibling => isNearDuplicate(asked, sibling, dot(vector, questionVector(sibling)))) ||
        synthetic.some((variant, position) => isNearDuplicate(asked, variant, at(syntheticCosines, position))),
    }
  }
}
