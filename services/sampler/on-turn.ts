import { keepBounded } from '#runtime/bounded.ts'
import { familyOf, heldOut } from '#runtime/families.ts'
import type { Decision } from '#runtime/service.ts'
import type { StateView } from '#runtime/state.ts'
import type { ArmWeight, ChatLogged, Sampling } from '#schemas/events.ts'
import { randomOnly, rankedArms, uncertaintyOf } from './arms.ts'
import type { Budget, Control } from './controller.ts'
import { chanceOf, contenderShare, initial, rankedProbability, scaleOf, seen, spent } from './controller.ts'
import { emerging } from './emerging.ts'
import { interestOf } from './interest.ts'
import { type Conversation, outcomeOf, silent, withTurn } from './outcome.ts'
import { draw, numberOf, selected } from './pick.ts'
import { isRepeat } from './repeat.ts'
import {
  type Contender,
  collections,
  countOne,
  type Decayed,
  decayed,
  limits,
  type Recent,
  remember,
  slotOf,
} from './state.ts'
import { tallyTurn } from './tally.ts'

/** A turn arrives: it is picked, or passed over and remembered. */
export function onTurn(
  event: ChatLogged,
  { sampling, ...budget }: Budget & { readonly sampling: Sampling },
  state: StateView,
): Decision<'sampler'> {
  const { agent, conversationId, id, at, plan, latencyMs } = event
  const names = collections(agent)
  const before = state.get<Conversation>(names.conversations, conversationId)
  if (before?.turns.some(turn => turn.id === id)) return {}
  const control = state.get<Control>(names.control, 'control') ?? { ...initial, firstPlanner: plan.planner }
  const { turns: number } = control
  const conversation = withTurn(before ?? silent, { id, at, tool: plan.tool, number })
  const kept = keepBounded(state, names.conversations, limits.conversations, [[conversationId, conversation]])
  const known = { repeatAsk: isRepeat(event), latencyMs }
  const outcome = { ...outcomeOf(conversation, id), ...known }
  const turn = turnOf(event)
  const { sampleShare } = budget
  if (sampling === 'random' || sampleShare === 0) {
    const picked = numberOf(id) < sampleShare
    return { keep: kept, emit: picked ? [selected(agent, turn, randomOnly(sampleShare), outcome, false)] : [] }
  }

  const contending = contenderShare(budget)
  const contends = numberOf(id) < contending
  const isHeldOut = heldOut(familyOf(agent, conversationId), budget.evaluationShare)
  const ranked = contends && !isHeldOut ? rankedArms(budget.arms, interestOf(turn, control, names, state)) : []
  const informed = seen(control, contends, ranked, budget)
  const random: ArmWeight = { arm: 'random', weight: chanceOf(budget, isHeldOut) }
  const ofContenders = ranked.map(({ arm, weight }) => ({ arm, weight: rankedProbability(informed, arm, weight) }))
  const arms = [random, ...ofContenders.map(({ arm, weight }) => ({ arm, weight: contending * weight }))]
  const complaints = decayed(state.get<Decayed>(names.complaints, plan.tool), number)
  const fresh: Recent = { turn, arms, scale: scaleOf(informed, budget), known, complaints, picked: false }
  const drawn = draw(fresh, outcome)
  const picked = drawn.drew.length > 0
  const counts = tallyTurn(state, agent, number, {
    tool: plan.tool,
    turns: 1,
    picks: Number(picked),
    uncertainty: uncertaintyOf(plan) ?? 1,
    expected: draw({ ...fresh, arms: [random, ...ofContenders] }, { ...unsaid, ...known }).arms,
    draws: drawn.drew,
  })
  const contender = contends ? contended(turn, control.contenders, state, agent) : {}
  const value = spent(informed, Number(picked), Number(drawn.drew.includes('impact')))
  return {
    emit: [
      ...(picked ? [selected(agent, turn, drawn.arms, outcome, false)] : []),
      ...counts.emit,
      ...(contender.emit ?? []),
    ],
    keep: [
      ...kept,
      { collection: names.control, key: 'control', value },
      { collection: names.recent, key: slotOf(number), value: { ...fresh, picked } },
      ...(contender.keep ?? []),
      ...(picked ? remember(state, names, turn, control.picks) : []),
      ...(outcome.rating === 'down' ? countOne(state, names.complaints, plan.tool, limits.complaints, number + 1) : []),
      ...counts.keep,
    ],
  }
}

/** A contender is remembered, and now and then those remembered are looked through. */
function contended(turn: Recent['turn'], number: number, state: StateView, agent: string): Decision<'sampler'> {
  const { turnId, question, earlier, plan } = turn
  const value: Contender = { number, turn: { turnId, question, earlier: earlier.slice(-2), plan } }
  const emerged = emerging(state, agent, number)
  const { contenders } = collections(agent)
  return {
    emit: emerged.emit,
    keep: [...keepBounded(state, contenders, limits.contenders, [[String(number), value]]), ...emerged.keep],
  }
}

/** What is known of how a turn went before anybody said anything. */
const unsaid = { escalated: false, rating: null } as const

function turnOf({ id, conversationId, question, earlier, plan, answer }: ChatLogged): Recent['turn'] {
  return { conversationId, turnId: id, question, earlier, plan, answer }
}
