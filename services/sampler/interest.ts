import type { StateView } from '#runtime/state/state.ts'
import { contentWordHashes } from '#text/features.ts'
import { type QuestionInContext, questionVector } from '#text/question-vector.ts'
import { type Interest, uncertaintyOf } from './arms.ts'
import type { ControllerState } from './controller.ts'
import { meanOfHighest, questionIndex } from './question-index.ts'
import { type Collections, type Contender, type DecayedCount, decayedCount } from './state.ts'

/** Picks before the first planner's margins count for something: an untuned planner's are worse than chance. */
const coldStartPicks = 80
/** Similar turns that make up the density. */
const neighbours = 20
/** Fewer contenders tell nothing of density. */
const minContenders = 100
const defaultDensity = 0.3

/** What a turn is worth by what is remembered of the agent's turns; `similarity` is its highest cosine to an earlier pick. */
export function interestOf(
  turn: Contender['turn'],
  similarity: number,
  control: ControllerState,
  names: Collections,
  state: StateView,
): Interest {
  const contenders = questionIndex(state, names, 'contenders', control.contenders)
  const isColdStart = control.picks < coldStartPicks && turn.plan.planner === control.firstPlanner
  return {
    uncertainty: isColdStart ? null : uncertaintyOf(turn.plan),
    novelty: Math.max(0, 1 - similarity),
    density:
      contenders.entries.length < minContenders
        ? defaultDensity
        : meanOfHighest(contenders.cosines(questionVector(turn)), neighbours),
    picks: decayedCount(state.get<DecayedCount>(names.tools, turn.plan.tool), control.picks),
  }
}

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
