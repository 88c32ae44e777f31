import type { Decision } from '#runtime/service.ts'
import type { StateView } from '#runtime/state/state.ts'
import type { ArmWeight, ChatLogged } from '#schemas/events.ts'
import { selectedEvent } from './arms.ts'
import { type Arrival, arrivalOf, turnChanges } from './arrival.ts'
import {
  type ControllerState,
  type Facts,
  initialController,
  isRandomOnly,
  outcomeScale,
  type SamplingBudget,
} from './controller.ts'
import { conversationOf } from './conversation.ts'
import { compareWithPicks, turnFamily } from './families.ts'
import { sampleByArms } from './sample-by-arms.ts'
import { type Collections, collections, comparedQuestion, pickChanges } from './state.ts'

/** A turn arrives. It is picked, or kept so that a later outcome may pick it. */
export function onTurn(event: ChatLogged, facts: Facts, state: StateView): Decision<'sampler'> {
  const { agent, conversationId, id, plan } = event
  const names = collections(agent)
  const controller = state.get<ControllerState>(names.controller, 'control') ?? {
    ...initialController,
    firstPlanner: plan.planner,
  }
  const conversation = conversationOf(state, names, controller.turns, conversationId)
  if (conversation.turns.some(turn => turn.id === id)) return {}
  const arrival = arrivalOf(event, controller.turns, conversation, names, state)
  const sample = isRandomOnly(facts) ? sampleRandomly : sampleByArms
  return sample(agent, names, arrival, controller, facts, state)
}

/** The control group: every turn has the same probability. */
function sampleRandomly(
  agent: string,
  names: Collections,
  { hash, outcome, recent }: Arrival,
  before: ControllerState,
  budget: SamplingBudget,
  state: StateView,
): Decision<'sampler'> {
  const { turn } = recent
  const arms: readonly ArmWeight[] = [{ arm: 'random', weight: budget.sampleShare }]
  const picked = hash < budget.sampleShare
  const controller = { ...before, turns: before.turns + 1, picks: before.picks + Number(picked) }
  const kept = turnChanges(names, controller, { ...recent, arms, scale: outcomeScale(before, budget), picked })
  if (!picked) return { emit: [], stateChanges: kept }
  const { nearDuplicate } = compareWithPicks(comparedQuestion(turn), before.picks, names, state)
  const family = turnFamily(agent, turn, nearDuplicate, names, state)
  return {
    emit: [selectedEvent(agent, turn, family, arms, outcome, false)],
    stateChanges: [...kept, ...pickChanges(state, names, turn, family, before.picks)],
  }
}
