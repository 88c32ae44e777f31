import { keepBounded } from '#runtime/bounded.ts'
import { familyOf, heldOut } from '#runtime/families.ts'
import { fraction } from '#runtime/identity.ts'
import type { Decision } from '#runtime/service.ts'
import type { StateView } from '#runtime/state.ts'
import type { ArmWeight, ChatLogged, Sampling } from '#schemas/events.ts'
import { randomOnly, rankedArms, uncertaintyOf } from './arms.ts'
import type { Budget, Control } from './controller.ts'
import { chanceOf, initial, rankedProbability, scaleOf, seen, spent } from './controller.ts'
import { emerging } from './emerging.ts'
import { interestOf } from './interest.ts'
import { type Conversation, outcomeOf, silent, withTurn } from './outcome.ts'
import { draw, selected, version } from './pick.ts'
import { isRepeat } from './recall.ts'
import { collections, countOne, type Decayed, decayed, limits, type Recent, remember } from './state.ts'
import { tallyTurn } from './tally.ts'

/** A turn arrives: it is picked, or passed over and remembered. */
export function onTurn(
  event: ChatLogged,
  { sampling, ...budget }: Budget & { readonly sampling: Sampling },
  state: StateView,
): Decision<'sampler'> {
  const { agent, conversationId, id, plan, latencyMs } = event
  const names = collections(agent)
  const before = state.get<Conversation>(names.conversations, conversationId)
  if (before?.turns.some(turn => turn.id === id)) return {}
  const conversation = withTurn(before ?? silent, { id, at: event.at, tool: plan.tool })
  const kept = keepBounded(state, names.conversations, limits.conversations, [[conversationId, conversation]])
  const known = { repeatAsk: isRepeat(event), latencyMs }
  const outcome = { ...outcomeOf(conversation, id), ...known }
  const turn = turnOf(event)
  const { sampleShare } = budget
  if (sampling === 'random' || sampleShare === 0) {
    const picked = fraction(version, id) < sampleShare
    return { keep: kept, emit: picked ? [selected(agent, turn, randomOnly(sampleShare), outcome, false)] : [] }
  }

  const control = state.get<Control>(names.control, 'control') ?? { ...initial, firstPlanner: plan.planner }
  const isHeldOut = heldOut(familyOf(agent, conversationId), budget.evaluationShare)
  const ranked = isHeldOut ? [] : rankedArms(budget.arms, interestOf(turn, control, names, state))
  const informed = seen(control, ranked, budget)
  const { turns: number } = control
  const complaints = decayed(state.get<Decayed>(names.complaints, plan.tool), number)
  const arms: readonly ArmWeight[] = [
    { arm: 'random', weight: chanceOf(budget, isHeldOut) },
    ...ranked.map(({ arm, weight }) => ({ arm, weight: rankedProbability(informed, arm, weight) })),
  ]
  const fresh: Recent = { number, turn, arms, scale: scaleOf(informed, budget), known, complaints, picked: false }
  const drawn = draw(fresh, outcome)
  const picked = drawn.drew.length > 0
  const counts = tallyTurn(state, agent, number, {
    tool: plan.tool,
    turns: 1,
    picks: Number(picked),
    uncertainty: uncertaintyOf(plan) ?? 1,
    expected: draw(fresh, { ...unsaid, ...known }).arms,
    draws: drawn.drew,
  })
  const emerged = emerging(state, agent, number)
  const value = spent(informed, Number(picked), Number(drawn.drew.includes('impact')))
  return {
    emit: [...(picked ? [selected(agent, turn, drawn.arms, outcome, false)] : []), ...counts.emit, ...emerged.emit],
    keep: [
      ...kept,
      { collection: names.control, key: 'control', value },
      ...keepBounded(state, names.recent, limits.recent, [[id, { ...fresh, picked }]]),
      ...(picked ? remember(state, names, turn, control.picks) : []),
      ...(outcome.rating === 'down' ? countOne(state, names.complaints, plan.tool, limits.complaints, number + 1) : []),
      ...counts.keep,
      ...emerged.keep,
    ],
  }
}

/** What is known of how a turn went before anybody said anything. */
const unsaid = { escalated: false, rating: null } as const

function turnOf({ id, conversationId, question, earlier, plan, answer }: ChatLogged): Recent['turn'] {
  return { conversationId, turnId: id, question, earlier, plan, answer }
}
