import { at } from '#runtime/core/checked.ts'
import type { StateView } from '#runtime/state/state.ts'
import { canJoinFamily, familyOf } from '#text/families.ts'
import { isNearDuplicate } from '#text/near-duplicates.ts'
import { topPositions } from '#text/nearest.ts'
import { type QuestionInContext, questionVector } from '#text/question-vector.ts'
import { cosinesTo, questionIndex } from './question-index.ts'
import { type Collections, type PickedQuestion, type RecentTurn, ringEntry } from './state.ts'

/** Nearest picks that are looked at for a near-duplicate: the cost of a turn must not follow from what customers ask. */
const CANDIDATES = 10

/** A question compared with the picks that are remembered. */
export type PickComparison = {
  /** The highest cosine to a pick; 0 where there is none. */
  readonly similarity: number
  /** The nearest pick that is a near-duplicate of the question. */
  readonly nearDuplicate: PickedQuestion | undefined
}

/** `picks` is the number of the agent's next pick. */
export function compareWithPicks(
  question: QuestionInContext,
  picks: number,
  names: Collections,
  state: StateView,
): PickComparison {
  const pickNumber = (number: number) => ringEntry<PickedQuestion>(state, names.picked, number)
  const vector = questionVector(question)
  const index = questionIndex(state, names.picked, picks)
  const newer = Array.from({ length: picks - index.end }, (_none, offset) => pickNumber(index.end + offset)).filter(
    pick => pick !== undefined,
  )
  const cosinesToNewer = cosinesTo(
    vector,
    newer.map(({ turn }) => questionVector(turn)),
  )
  const older = topPositions(index.cosines(vector), CANDIDATES)
  const newest = topPositions(cosinesToNewer, CANDIDATES)
  const nearest = [
    ...older.map(({ position, value }) => ({ similarity: value, pick: at(index.entries, position) })),
    ...newest.map(({ position, value }) => ({ similarity: value, pick: at(newer, position) })),
  ].sort((one, other) => other.similarity - one.similarity)
  const duplicate = nearest.find(({ pick, similarity }) => isNearDuplicate(question, pick.turn, similarity))
  return {
    similarity: nearest[0]?.similarity ?? 0,
    nearDuplicate: duplicate && pickNumber(duplicate.pick.number),
  }
}

/**
 * The family of a turn. A conversation of which a turn was picked keeps that turn's family. Any other joins the family of a pick
 * that its question is a near-duplicate of, or else has a family of its own.
 */
export function turnFamily(
  agent: string,
  { conversationId, question }: Pick<RecentTurn['turn'], 'conversationId' | 'question'>,
  nearDuplicate: PickedQuestion | undefined,
  names: Collections,
  state: StateView,
): string {
  const known = state.get<string>(names.families.name, conversationId)
  if (known !== undefined) return known
  // Picks that an earlier version remembered have no family.
  const near = nearDuplicate?.family
  return near !== undefined && canJoinFamily(question) ? near : familyOf(agent, conversationId)
}
