import type { Operator } from '#schemas/events.ts'
import { type Random, shuffle } from '#statistics/random.ts'
import { type Draft, operators, type QuestionMaterial } from './operators.ts'

/** Words; whoever writes more tells a story, which is no question to vary. */
export const maxQuestionWords = 100

/** Variants tried for a gold answer whose tool has this many gold rows with it: only thin coverage is widened. */
export function attemptsFor(goldRows: number): number {
  if (goldRows < 8) return 4
  if (goldRows < 20) return 2
  return goldRows < 50 ? 1 : 0
}

export type VariantAttempt = { readonly operator: Operator; readonly draft: Draft }

/** Each operator once in random order, then again until there are enough; none twice with the same text. */
export function createDrafts(material: QuestionMaterial, tries: number, random: Random): readonly VariantAttempt[] {
  const drafts: VariantAttempt[] = []
  const names = shuffle(Object.keys(operators) as Operator[], random)
  for (const operator of [...names, ...names]) {
    if (drafts.length >= tries) break
    const made = operators[operator](material, random)
    if (made && drafts.every(other => other.draft.question !== made.question)) drafts.push({ operator, draft: made })
  }
  return drafts
}
