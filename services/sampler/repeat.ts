import type { Asked } from '#planner/asked.ts'
import { functionWords } from '#planner/function-words.ts'
import { memo } from '#runtime/memo.ts'

/** Likeness from which a question counts as the one before, asked again. */
const sameAsk = 0.6
/** Earlier turns looked at. */
const lookBack = 3
/** Longer texts are cut here: the cost must not be the customer's choice. */
const maxCharacters = 4_096

const light = new Set(functionWords)

/**
 * The customer asks again what was asked shortly before in this conversation: the two share most of their words, by the
 * cosine of their sets. Words instead of vectors, since every turn is looked at.
 */
export function isRepeat({ question, earlier }: Asked): boolean {
  if (earlier.length === 0) return false
  const words = wordsOf(question)
  return earlier.slice(-lookBack).some(before => likeness(words, wordsOf(before)) >= sameAsk)
}

function likeness(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  return one.size * other.size === 0 ? 0 : one.intersection(other).size / Math.sqrt(one.size * other.size)
}

/** A question is compared when it is asked, and again with each of the next in its conversation. */
const wordsOf = memo((text): ReadonlySet<string> => {
  const found =
    text
      .slice(0, maxCharacters)
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  return new Set(found.filter(word => !light.has(word)))
})
