import type { Decision } from '#runtime/service.ts'
import { boundedChanges } from '#runtime/state/bounded-collection.ts'
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
import { collections, incrementDecayed, limits, pickChanges, type RecentTurn, ringKey } from './state.ts'
import { tallyChanges } from './traffic-counts.ts'

/** A conversation is escalated or rated: the turn this concerns, if it was passed over, has another chance with the same number. */
export function onOutcomeSignal(
  remark: OutcomeSignal,
  agent: string,
  conversationId: string,
  facts: Facts,
  state: StateView,
): Decision<'sampler'> {
  const names = collections(agent)
  const control = state.get<ControllerState>(names.control, 'control') ?? initialController
  const before = conversationOf(state, names, control.turns, conversationId)
  if (before.signals.some(({ id }) => id === remark.id)) return {}
  const conversation = withSignal(before, remark)
  const stateChanges = boundedChanges(state, names.remarks, limits.remarks, [[conversationId, conversation.signals]])
  const turn = turnOfSignal(conversation, remark)
  if (isRandomOnly(facts) || turn === undefined) return { stateChanges }
  const [then, now] = [outcomeOf(before, turn.id), outcomeOf(conversation, turn.id)]
  const isComplaint = now.rating === 'down' && then.rating !== 'down'
  const complaint = isComplaint
    ? incrementDecayed(state, names.complaints, turn.tool, limits.complaints, control.turns)
    : []
  const redrawn = redraw(agent, turn, { then, now }, control, state)
  return { emit: redrawn.emit ?? [], stateChanges: [...stateChanges, ...complaint, ...(redrawn.stateChanges ?? [])] }
}

type SignalledOutcome = ReturnType<typeof outcomeOf>

function redraw(
  agent: string,
  { id, tool, number }: SeenTurn,
  { then, now }: { readonly then: SignalledOutcome; readonly now: SignalledOutcome },
  control: ControllerState,
  state: StateView,
): Decision<'sampler'> {
  const names = collections(agent)
  const recent = state.get<RecentTurn>(names.recent, ringKey('recent', number))
  if (recent?.turn.turnId !== id) return {}
  const outcome = { ...now, ...recent.known }
  const draws = samplingHash(id)
  const { arms, drawn } = draw(recent, outcome, draws)
  const before = draw(recent, { ...then, ...recent.known }, draws).drawn
  const added = drawn.filter(arm => !before.includes(arm))
  if (added.length === 0) return {}
  const picks = recent.picked ? 0 : 1
  const value = afterPicks(control, picks, Number(added.includes('impact')))
  const stateChanges = [
    { collection: names.control, key: 'control', value },
    ...tallyChanges(state, agent, { tool, turns: 0, picks, uncertainty: 0, expected: [], draws: added }),
  ]
  if (recent.picked) return { stateChanges }
  const { nearDuplicate } = compareWithPicks(recent.turn, control.picks, names, state)
  const family = turnFamily(agent, recent.turn, nearDuplicate, names, state)
  return {
    emit: [selectedEvent(agent, recent.turn, family, arms, outcome, true)],
    stateChanges: [
      ...stateChanges,
      { collection: names.recent, key: ringKey('recent', number), value: { ...recent, picked: true } },
      ...pickChanges(state, names, recent.turn, family, control.picks),
    ],
  }
}
