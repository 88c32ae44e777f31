import type { StateChange, StateView } from '#runtime/state/state.ts'
import type { ChatLogged, Outcome } from '#schemas/events.ts'
import { toolOf, userTexts } from '#schemas/turns.ts'
import { samplingHash } from './arms.ts'
import type { ControllerState } from './controller.ts'
import { type Conversation, outcomeOf, withTurn } from './conversation.ts'
import { isRepeat } from './interest.ts'
import { type Collections, type DecayedCount, decayedCount, type RecentTurn, ringChange } from './state.ts'

/** A turn that arrived: what every way of sampling it needs. */
export type Arrival = {
  readonly hash: number
  readonly outcome: Outcome
  readonly recent: Omit<RecentTurn, 'arms' | 'scale' | 'picked'>
}

/** `number` counts the turns of the agent, `before` is what is remembered of the conversation. */
export function arrivalOf(
  { id, at, conversationId, question, earlier, earlierCut, prompt, steps, plan, answer, latencyMs }: ChatLogged,
  number: number,
  before: Conversation,
  names: Collections,
  state: StateView,
): Arrival {
  const tool = toolOf(plan.calls)
  const signalled = before.signals.length === 0 ? noOutcome : outcomeOf(withTurn(before, { id, at, tool, number }), id)
  const known = { repeatAsk: isRepeat({ question, earlier: userTexts(earlier) }), latencyMs }
  const complaints = decayedCount(state.get<DecayedCount>(names.complaints.name, tool), number)
  const turn = { conversationId, turnId: id, step: 0, question, earlier, earlierCut, prompt, steps, plan, answer }
  return {
    hash: samplingHash(id),
    outcome: { ...signalled, ...known },
    recent: { number, at, turn, known, complaints },
  }
}

/** The outcome of a turn without a signal. */
export const noOutcome = { escalated: false, rating: null } as const

/** What every turn changes. */
export function turnChanges(
  names: Collections,
  controller: ControllerState,
  recent: RecentTurn,
): readonly StateChange[] {
  return [
    { collection: names.controller, key: 'control', value: controller },
    ringChange(names.recent, recent.number, recent),
  ]
}
