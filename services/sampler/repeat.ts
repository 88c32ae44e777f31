import { contentWordHashes } from '#text/features.ts'
import type { QuestionInContext } from '#text/question-vector.ts'

/** Likeness from which a question counts as the one before, asked again. */
const repeatSimilarity = 0.6
/** Earlier turns looked at. */
const lookBack = 3

/**
 * The customer asks again what was asked shortly before in this conversation: the two share most of their words, by the
 * cosine of their sets. Words instead of vectors, since every turn is looked at.
 */
export function isRepeat({ question, earlier }: QuestionInContext): boolean {
  if (earlier.length === 0) return false
  const words = contentWordHashes(question)
  return earlier.slice(-lookBack).some(before => similarity(words, contentWordHashes(before)) >= repeatSimilarity)
}

function similarity(one: ReadonlySet<number>, other: ReadonlySet<number>): number {
  let shared = 0
  for (const word of one) if (other.has(word)) shared++
  return shared === 0 ? 0 : shared / Math.sqrt(one.size * other.size)
}
