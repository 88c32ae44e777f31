import { type Neighbour, nearestPositions } from '#text/nearest.ts'
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

const voterCount = 10
const duplicateCosine = 0.95
const duplicateJaccard = 0.8
/** Texts whose cosine is lower cannot share four shingles of five. */
const minCosineForJaccard = 0.6
const shingleLength = 5

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
    const isSame = (other: QuestionInContext, cosine: number): boolean =>
      cosine > duplicateCosine ||
      (cosine > minCosineForJaccard && jaccard(asked.question, other.question) > duplicateJaccard)
    const near = toGold(vector)
    let own = 0
    let other = 0
    near.forEach((cosine, at) => {
      if (known[at]?.tool === parent.tool) own = Math.max(own, cosine)
      else other = Math.max(other, cosine)
    })
    const hits = nearestPositions(near, voterCount).map(({ at, similarity }) => ({
      id: String(at),
      tool: known[at]?.tool ?? '',
      similarity,
    }))
    const isDuplicate =
      normaliseText(asked.question) === normaliseText(parent.question) ||
      gold.some(([, kept], at) => isSame(kept, near[at + 1] ?? 0)) ||
      siblings.some(sibling => isSame(sibling, dot(vector, questionVector(sibling)))) ||
      toSynthetic(vector).some((cosine, at) => isSame(synthetic[at] ?? asked, cosine))
    return { hits, own, other, isDuplicate }
  }
}

/** Shared share of the character shingles of two texts (Broder, 1997). */
export function jaccard(left: string, right: string): number {
  const [one, two] = [shinglesOf(left), shinglesOf(right)]
  const shared = one.intersection(two).size
  return shared === 0 ? 0 : shared / (one.size + two.size - shared)
}

function shinglesOf(text: string): Set<string> {
  const padded = ` ${normaliseText(text)} `
  return new Set(
    Array.from({ length: Math.max(1, padded.length - shingleLength + 1) }, (_none, at) =>
      padded.slice(at, at + shingleLength),
    ),
  )
}

export function normaliseText(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}
