import type { Message } from '#schemas/events.ts'
import { userTexts } from '#schemas/turns.ts'
import type { QuestionInContext } from '#text/question-vector.ts'

// The vector of a question is kept beside its object, so the object must be the same at each call.
const questions = new WeakMap<readonly Message[], QuestionInContext>()

/** The newest message of the user among the messages before a step, and those before it: what rows are compared by. */
export function questionOf({ messages }: { readonly messages: readonly Message[] }): QuestionInContext {
  const known = questions.get(messages)
  if (known) return known
  const texts = userTexts(messages)
  const made = { question: texts.at(-1) ?? '', earlier: texts.slice(0, -1) }
  questions.set(messages, made)
  return made
}
