import type { Operator } from '#schemas/events.ts'
import { type Random, shuffle } from '#statistics/random.ts'
import { type Draft, operators, type QuestionMaterial } from './operators.ts'

/** Longer questions are not varied: they tell a story, and varying it says nothing new of what is asked. */
export const MAX_QUESTION_WORDS = 100

/** Variants tried for a gold answer whose tool has so many gold rows, this one included. Only thin coverage is widened. */
export function attemptsFor(goldRows: number): number {
  if (goldRows < 8) return 4
  if (goldRows < 20) return 2
  return goldRows < 50 ? 1 : 0
}

export type VariantAttempt = { readonly operator: Operator; readonly draft: Draft }

/** Each operator once in random order, then again until there are enough drafts; no two drafts have the same text. */
export function createDrafts(material: QuestionMaterial, attempts: number, random: Random): readonly VariantAttempt[] {
  const drafts: VariantAttempt[] = []
  const order = shuffle(Object.keys(operators) as Operator[], random)
  for (const operator of [...order, ...order]) {
    if (drafts.length >= attempts) break
    const draft = operators[operator](material, random)
    if (draft && drafts.every(other => other.draft.question !== draft.question)) drafts.push({ operator, draft })
  }
  return drafts
}
