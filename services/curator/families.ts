import type { StateChange, StateView } from '#runtime/state/state.ts'
import type { GoldAnswered } from '#schemas/events.ts'
import { canJoinFamily } from '#text/families.ts'
import { isNearDuplicate } from '#text/near-duplicates.ts'
import { type QuestionInContext, questionVector } from '#text/question-vector.ts'
import { dot } from '#text/vectors.ts'
import { questionOf } from './question.ts'
import { collectionNames, type StoredGold } from './state.ts'

/**
 * The family of a gold answer in datasets. The sampler joins near-duplicates of one partition; here those of all partitions meet. A
 * family that is new joins the family of the nearest gold that its question is a near-duplicate of, and keeps it for all its
 * later gold.
 */
export function datasetFamily(
  { agent, family }: Pick<GoldAnswered, 'agent' | 'family'>,
  question: QuestionInContext,
  state: StateView,
): { readonly family: string; readonly stateChanges: readonly StateChange[] } {
  const names = collectionNames(agent)
  const known = state.get<string>(names.families, family)
  if (known !== undefined) return { family: known, stateChanges: [] }
  const joined = nearestFamily(question, state.entries<StoredGold>(names.gold)) ?? family
  return { family: joined, stateChanges: [{ collection: names.families, key: family, value: joined }] }
}

function nearestFamily(
  question: QuestionInContext,
  stored: Iterable<readonly [string, StoredGold]>,
): string | undefined {
  if (!canJoinFamily(question.question)) return undefined
  const vector = questionVector(question)
  let highest = 0
  let family: string | undefined
  for (const [, gold] of stored) {
    const other = questionOf(gold)
    const cosine = dot(vector, questionVector(other))
    if (cosine <= highest || !isNearDuplicate(question, other, cosine)) continue
    highest = cosine
    family = gold.family
  }
  return family
}
