import { at } from '#runtime/core/checked.ts'
import { indexInnerProducts } from './postings.ts'
import { type QuestionInContext, questionVector } from './question-vector.ts'
import { jaccard, shingles } from './shingles.ts'

/** Two questions are near-duplicates above this cosine of their features, or above this Jaccard similarity of their shingles. */
const MIN_COSINE = 0.95
const MIN_JACCARD = 0.8
/** Below this cosine shingles are not compared: questions so different never have as many in common. */
const MIN_COSINE_FOR_JACCARD = 0.6

/** The one rule of near-duplicates; `cosine` is that of the vectors of the two questions, their earlier turns included. */
export function isNearDuplicate(one: QuestionInContext, other: QuestionInContext, cosine: number): boolean {
  if (cosine > MIN_COSINE) return true
  if (cosine <= MIN_COSINE_FOR_JACCARD) return false
  const [left, right] = [shinglesOf(one), shinglesOf(other)]
  // The similarity is at most the ratio of the sizes.
  const [smaller, larger] = left.length < right.length ? [left, right] : [right, left]
  return smaller.length > MIN_JACCARD * larger.length && jaccard(left, right) > MIN_JACCARD
}

/** Readies a search: the positions of the questions that are near-duplicates of a given one. */
export function indexNearDuplicates(
  questions: readonly QuestionInContext[],
): (question: QuestionInContext) => readonly number[] {
  const cosines = indexInnerProducts(questions.map(questionVector))
  return question => {
    const found: number[] = []
    cosines(questionVector(question)).forEach((cosine, position) => {
      if (isNearDuplicate(question, at(questions, position), cosine)) found.push(position)
    })
    return found
  }
}

// Shingles follow from the text alone: keeping them beside the remembered question changes no answer, only its cost.
const shinglesByQuestion = new WeakMap<QuestionInContext, Uint32Array>()

function shinglesOf(question: QuestionInContext): Uint32Array {
  const known = shinglesByQuestion.get(question)
  if (known) return known
  const made = shingles(question.question)
  shinglesByQuestion.set(question, made)
  return made
}
