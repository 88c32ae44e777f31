import { deriveId, fraction } from '#runtime/identity.ts'
import type { Decision } from '#runtime/service.ts'
import type { StateView } from '#runtime/state.ts'
import type { ArmWeight, ChatLogged, Outcome, Sampling } from '#schemas/events.ts'
import { topic } from '#topology/names.ts'
import type { Inbound, Outbound } from '#topology/types.ts'
import { armsOf, coldPicks, randomOnly, rarity, reviewValue, total } from './arms.ts'
import { type Control, initial, probability, scaleOf, seen } from './controller.ts'
import { isRepeat, noveltyOf } from './novelty.ts'
import { type Conversation, outcomeOf, type Remark, silent, withRemark, withTurn } from './outcome.ts'
import {
  type Asked,
  askedOf,
  collections,
  decayed,
  limits,
  makeRoom,
  type Passed,
  rememberPicks,
  type ToolPicks,
} from './state.ts'

export const version = 'sampler/v1'

/** `sampleShare` is the share of turns to pick, 0 to 1. */
export type Facts = { readonly sampleShare: number; readonly sampling: Sampling }

/**
 * Picks a turn when the fraction of its id is below its inclusion probability. A turn passed over is judged again, at
 * the scale of its own arrival, whenever its conversation is escalated or rated: so a turn and its outcomes end in the
 * same choice in any order of arrival.
 */
export function decide(inbound: Inbound<'sampler'>, facts: Facts, state: StateView): Decision<'sampler'> {
  if (inbound.topic === topic.chatLogs) return onTurn(inbound.event, facts, state)
  const { id, at, agent, conversationId, turnId } = inbound.event
  const kind = inbound.topic === topic.feedback ? inbound.event.rating : 'escalated'
  return onRemark({ id, at, turnId, kind }, agent, conversationId, facts, state)
}

function onTurn(event: ChatLogged, { sampleShare, sampling }: Facts, state: StateView): Decision<'sampler'> {
  const names = collections(event.agent)
  const before = state.get<Conversation>(names.conversations, event.conversationId)
  if (before?.turns.some(({ id }) => id === event.id)) return {}
  const conversation = withTurn(before ?? silent, event)
  const kept = [
    ...makeRoom(state, names.conversations, limits.conversations, before ? 0 : 1),
    { collection: names.conversations, key: event.conversationId, value: conversation },
  ]
  const asked = askedOf(event)
  const known = { repeatAsk: isRepeat(event), latencyMs: event.latencyMs }
  const outcome = { ...outcomeOf(conversation, event.id), ...known }
  const turn = turnOf(event)
  if (sampling === 'random') {
    const picked = fraction(version, event.id) < sampleShare
    return { keep: kept, emit: picked ? [selected(event.agent, turn, randomOnly, sampleShare, outcome, false)] : [] }
  }

  const control = state.get<Control>(names.control, 'control') ?? initial
  const interest = {
    uncertainty: 1 - (event.plan.margin ?? 1),
    rarity: rarity(decayed(state.get<ToolPicks>(names.tools, event.plan.tool), control.picks)),
    novelty: noveltyOf(asked, state.entries<Asked>(names.picked)),
    cold: control.picks < coldPicks,
  }
  const blind = total(armsOf(interest, { ...known, escalated: false, rating: null }))
  const informed = seen(control, blind, sampleShare)
  const passed: Passed = { turn, interest, scale: scaleOf(informed, sampleShare), known }
  const emit = reconsider(event.agent, passed, outcome, false)
  if (emit) return { emit: [emit], keep: [...kept, ...rememberPicks(state, names, informed, [turn])] }
  return {
    keep: [
      ...kept,
      { collection: names.control, key: 'control', value: informed },
      ...makeRoom(state, names.passed, limits.passed, 1),
      { collection: names.passed, key: event.id, value: passed },
    ],
  }
}

function onRemark(
  remark: Remark,
  agent: string,
  conversationId: string,
  { sampling }: Facts,
  state: StateView,
): Decision<'sampler'> {
  const names = collections(agent)
  const before = state.get<Conversation>(names.conversations, conversationId)
  if (before?.remarks.some(({ id }) => id === remark.id)) return {}
  const conversation = withRemark(before ?? silent, remark)
  const late = (sampling === 'random' ? [] : conversation.turns).flatMap(({ id }) => {
    const passed = state.get<Passed>(names.passed, id)
    const emit = passed && reconsider(agent, passed, { ...outcomeOf(conversation, id), ...passed.known }, true)
    return passed && emit ? [{ turn: passed.turn, emit }] : []
  })
  const turns = late.map(({ turn }) => turn)
  const control = state.get<Control>(names.control, 'control') ?? initial
  return {
    emit: late.map(({ emit }) => emit),
    keep: [
      ...makeRoom(state, names.conversations, limits.conversations, before ? 0 : 1),
      { collection: names.conversations, key: conversationId, value: conversation },
      ...turns.map(({ turnId }) => ({ collection: names.passed, key: turnId, value: null })),
      ...(turns.length > 0 ? rememberPicks(state, names, control, turns) : []),
    ],
  }
}

/** The selection of a turn with what is known of its outcome now; undefined if it is passed over. */
function reconsider(
  agent: string,
  { turn, interest, scale }: Passed,
  outcome: Outcome,
  correction: boolean,
): Outbound<'sampler'> | undefined {
  const arms = armsOf(interest, outcome)
  const p = probability(total(arms), scale)
  return fraction(version, turn.turnId) < p ? selected(agent, turn, arms, p, outcome, correction) : undefined
}

function selected(
  agent: string,
  turn: Passed['turn'],
  arms: readonly ArmWeight[],
  inclusionProbability: number,
  outcome: Outcome,
  correction: boolean,
): Outbound<'sampler'> {
  const family = deriveId('family/v1', agent, turn.conversationId)
  const event = { agent, ...turn, family, arms, inclusionProbability, value: reviewValue(arms), outcome, correction }
  return { topic: topic.selectedSamples, event, parents: correction ? [turn.turnId] : [] }
}

function turnOf({ id, conversationId, question, earlier, plan, answer }: ChatLogged): Passed['turn'] {
  return { conversationId, turnId: id, question, earlier, plan, answer }
}
