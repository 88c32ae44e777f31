import type { Decision } from '#runtime/service.ts'
import type { StateView } from '#runtime/state/state.ts'
import { draw, samplingHash, selectedEvent } from './arms.ts'
import { afterPicks, type ControllerState, type Facts, initialController, isRandomOnly } from './controller.ts'
import {
  conversationOf,
  type OutcomeSignal,
  outcomeOf,
  type SeenTurn,
  turnOfSignal,
  withSignal,
} from './conversation.ts'
import { compareWithPicks, turnFamily } from './families.ts'
import {
  type Collections,
  collections,
  comparedQuestion,
  incrementDecayed,
  pickChanges,
  putChanges,
  type RecentTurn,
  ringChange,
  ringEntry,
} from './state.ts'
import { tallyChanges } from './traffic-counts.ts'

/** A conversation is escalated or rated. The turn it concerns, if it was not picked, is drawn again with the same sampling hash. */
export function onOutcomeSignal(
  signal: OutcomeSignal,
  agent: string,
  conversationId: string,
  facts: Facts,
  state: StateView,
): Decision<'sampler'> {
  const names = collections(agent)
  const controller = state.get<ControllerState>(names.controller, 'control') ?? initialController
  const before = conversationOf(state, names, controller.turns, conversationId)
  if (before.signals.some(({ id }) => id === signal.id)) return {}
  const conversation = withSignal(before, signal)
  const stateChanges = putChanges(state, names.signals, conversationId, conversation.signals)
  const turn = turnOfSignal(conversation, signal)
  if (isRandomOnly(facts) || turn === undefined) return { stateChanges }
  const outcomes = { before: outcomeOf(before, turn.id), after: outcomeOf(conversation, turn.id) }
  const isComplaint = outcomes.after.rating === 'down' && outcomes.before.rating !== 'down'
  const complaints = isComplaint ? incrementDecayed(state, names.complaints, turn.tool, controller.turns) : []
  const redrawn = redraw(agent, names, turn, outcomes, controller, state)
  return { emit: redrawn.emit ?? [], stateChanges: [...stateChanges, ...complaints, ...(redrawn.stateChanges ?? [])] }
}

type Outcomes = Readonly<Record<'before' | 'after', ReturnType<typeof outcomeOf>>>

/** The draw of a turn after a signal, at the scale of its arrival. A turn that is picked now is a correction. */
function redraw(
  agent: string,
  names: Collections,
  { id, tool, number }: SeenTurn,
  outcomes: Outcomes,
  controller: ControllerState,
  state: StateView,
): Decision<'sampler'> {
  const recent = ringEntry<RecentTurn>(state, names.recent, number)
  if (recent?.turn.turnId !== id) return {}
  const hash = samplingHash(id)
  const outcome = { ...outcomes.after, ...recent.known }
  const { arms, drawn } = draw(recent, outcome, hash)
  const before = draw(recent, { ...outcomes.before, ...recent.known }, hash).drawn
  const added = drawn.filter(arm => !before.includes(arm))
  if (added.length === 0) return {}
  const picks = recent.picked ? 0 : 1
  const value = afterPicks(controller, picks, Number(added.includes('impact')))
  const stateChanges = [
    { collection: names.controller, key: 'control', value },
    ...tallyChanges(state, names, { tool, turns: 0, picks, uncertainty: 0, expected: [], draws: added }),
  ]
  if (recent.picked) return { stateChanges }
  const { nearDuplicate } = compareWithPicks(comparedQuestion(recent.turn), controller.picks, names, state)
  const family = turnFamily(agent, recent.turn, nearDuplicate, names, state)
  return {
    emit: [{ ...selectedEvent(agent, recent.turn, family, arms, outcome, true), notBefore: recent.at }],
    stateChanges: [
      ...stateChanges,
      ringChange(names.recent, number, { ...recent, picked: true }),
      ...pickChanges(state, names, recent.turn, family, controller.picks),
    ],
  }
}
