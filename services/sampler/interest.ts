import type { StateView } from '#runtime/state/state.ts'
import { toolOf } from '#schemas/turns.ts'
import { contentWordHashes } from '#text/features.ts'
import { type QuestionInContext, questionVector } from '#text/question-vector.ts'
import { type Interest, uncertaintyOf } from './arms.ts'
import type { ControllerState } from './controller.ts'
import { meanOfHighest, questionIndex } from './question-index.ts'
import { type Collections, type Contender, type DecayedCount, decayedCount } from './state.ts'

/** Picks before the margins of the first planner are used: those of an untuned planner select worse than chance does. */
const coldStartPicks = 80
/** Similar turns whose mean cosine is the density. */
const neighbours = 20
/** With fewer contenders the density is not measured. */
const minContenders = 100
const defaultDensity = 0.3

/** The interest of a turn, given the agent's earlier turns. `similarity` is its highest cosine to an earlier pick. */
export function interestOf(
  turn: Contender['turn'],
  similarity: number,
  controller: ControllerState,
  names: Collections,
  state: StateView,
): Interest {
  const contenders = questionIndex(state, names.contenders, controller.contenders)
  const isColdStart = controller.picks < coldStartPicks && turn.plan.planner === controller.firstPlanner
  return {
    uncertainty: isColdStart ? null : uncertaintyOf(turn.plan),
    novelty: Math.max(0, 1 - similarity),
    density:
      contenders.entries.length < minContenders
        ? defaultDensity
        : meanOfHighest(contenders.cosines(questionVector(turn)), neighbours),
    picks: decayedCount(state.get<DecayedCount>(names.tools.name, toolOf(turn.plan.calls)), controller.picks),
  }
}

/** From this cosine on a question repeats an earlier one. */
const repeatSimilarity = 0.6
/** Earlier turns that are compared. */
const lookBack = 3

/**
 * Whether the customer asks again what was asked shortly before in this conversation: the cosine of the sets of content words.
 * It uses no vectors, which would cost more, since every turn is compared.
 */
export function isRepeat({ question, earlier }: QuestionInContext): boolean {
  if (earlier.length === 0) return false
  const words = contentWordHashes(question)
  return earlier.slice(-lookBack).some(before => setCosine(words, contentWordHashes(before)) >= repeatSimilarity)
}

function setCosine(one: ReadonlySet<number>, other: ReadonlySet<number>): number {
  const shared = one.intersection(other).size
  return shared === 0 ? 0 : shared / Math.sqrt(one.size * other.size)
}
