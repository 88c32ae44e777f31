import { familyOf, heldOut } from '#planners/families.ts'
import type { Decision } from '#runtime/service.ts'
import type { Change, StateView } from '#runtime/state/state.ts'
import type { ArmWeight, ChatLogged, Outcome } from '#schemas/events.ts'
import { randomOnly, rankedArms, uncertaintyOf } from './arms.ts'
import type { Budget, Control, Facts } from './controller.ts'
import {
  chanceAlone,
  chanceOf,
  contenderShare,
  initial,
  rankedProbability,
  scaleOf,
  seen,
  spent,
} from './controller.ts'
import { conversationOf } from './conversation.ts'
import { emerging } from './emerging.ts'
import { interestOf } from './interest.ts'
import { outcomeOf, type TurnSeen, withTurn } from './outcome.ts'
import { armsOf, draw, numberOf, selected } from './pick.ts'
import { isRepeat } from './repeat.ts'
import { type Contender, collections, countOne, decayed, limits, type Recent, remember, slotOf } from './state.ts'
import { tallyTurn } from './tally.ts'

/** A turn arrives: it is picked, or passed over and remembered. */
export function onTurn(event: ChatLogged, facts: Facts, state: StateView): Decision<'sampler'> {
  const { agent, conversationId, id, at, plan, latencyMs } = event
  const names = collections(agent)
  const control = state.get<Control>(names.control, 'control') ?? { ...initial, firstPlanner: plan.planner }
  const number = control.turns
  const before = conversationOf(state, names, number, conversationId)
  if (before.turns.some(turn => turn.id === id)) return {}
  const it: TurnSeen = { id, at, tool: plan.tool, number }
  const said = before.remarks.length === 0 ? unsaid : outcomeOf(withTurn(before, it), id)
  const known = { repeatAsk: isRepeat(event), latencyMs }
  const arrival: Arrival = {
    draws: numberOf(id),
    outcome: { ...said, ...known },
    recent: {
      number,
      at,
      turn: turnOf(event),
      known,
      complaints: decayed(state.get(names.complaints, plan.tool), number),
    },
  }
  return chanceAlone(facts) ? byChance(agent, arrival, control, facts) : chosen(agent, arrival, control, facts, state)
}

type Arrival = {
  /** The number that all arms draw with. */
  readonly draws: number
  readonly outcome: Outcome
  readonly recent: Omit<Recent, 'arms' | 'scale' | 'picked'>
}

function byChance(
  agent: string,
  { draws, outcome, recent }: Arrival,
  control: Control,
  budget: Budget,
): Decision<'sampler'> {
  const arms = randomOnly(budget.sampleShare)
  const picked = draws < budget.sampleShare
  const value = { ...control, turns: control.turns + 1 }
  return {
    emit: picked ? [selected(agent, recent.turn, arms, outcome, false)] : [],
    keep: kept(agent, value, { ...recent, arms, scale: scaleOf(control, budget), picked }),
  }
}

function chosen(
  agent: string,
  { draws, outcome, recent }: Arrival,
  control: Control,
  budget: Budget,
  state: StateView,
): Decision<'sampler'> {
  const names = collections(agent)
  const { turn, number, known } = recent
  const { tool } = turn.plan
  const contending = contenderShare(budget)
  const contends = draws < contending
  const isHeldOut = heldOut(familyOf(agent, turn.conversationId), budget.evaluationShare)
  const contender = contenderOf(turn)
  const ranked = contends && !isHeldOut ? rankedArms(budget.arms, interestOf(contender, control, names, state)) : []
  const informed = seen(control, contends, ranked, budget)
  const random: ArmWeight = { arm: 'random', weight: chanceOf(budget, isHeldOut) }
  const ofContenders = ranked.map(({ arm, weight }) => ({ arm, weight: rankedProbability(informed, arm, weight) }))
  const arms = [random, ...ofContenders.map(({ arm, weight }) => ({ arm, weight: contending * weight }))]
  const judged = { arms, scale: scaleOf(informed, budget), complaints: recent.complaints }
  const drawn = draw(judged, outcome, draws)
  const picked = drawn.drew.length > 0
  const counts = tallyTurn(state, agent, number, {
    ...{ tool, turns: 1, picks: Number(picked), uncertainty: uncertaintyOf(turn.plan) ?? 1 },
    expected: armsOf({ ...judged, arms: [random, ...ofContenders] }, { ...unsaid, ...known }),
    draws: drawn.drew,
  })
  const contended = contends ? contend(contender, control.contenders, state, agent) : {}
  return {
    emit: [
      ...(picked ? [selected(agent, turn, drawn.arms, outcome, false)] : []),
      ...counts.emit,
      ...(contended.emit ?? []),
    ],
    keep: [
      ...kept(agent, spent(informed, Number(picked), Number(drawn.drew.includes('impact'))), {
        ...recent,
        ...judged,
        picked,
      }),
      ...(contended.keep ?? []),
      ...(picked ? remember(state, names, turn, control.picks) : []),
      ...(outcome.rating === 'down' ? countOne(state, names.complaints, tool, limits.complaints, number + 1) : []),
      ...counts.keep,
    ],
  }
}

/** What every turn changes. */
function kept(agent: string, control: Control, recent: Recent): readonly Change[] {
  const names = collections(agent)
  return [
    { collection: names.control, key: 'control', value: control },
    { collection: names.recent, key: slotOf('recent', recent.number), value: recent },
  ]
}

/** A contender is remembered, and now and then those remembered are looked through. */
function contend(turn: Contender['turn'], number: number, state: StateView, agent: string): Decision<'sampler'> {
  const value: Contender = { number, turn }
  const { emit, keep } = emerging(state, agent, number)
  return {
    emit,
    keep: [{ collection: collections(agent).contenders, key: slotOf('contenders', number), value }, ...keep],
  }
}

const contenderOf = ({ turnId, question, earlier, plan }: Recent['turn']): Contender['turn'] => ({
  ...{ turnId, question, earlier: earlier.slice(-2), plan },
})

/** What is known of how a turn went before anybody said anything. */
const unsaid = { escalated: false, rating: null } as const

function turnOf({ id, conversationId, question, earlier, plan, answer }: ChatLogged): Recent['turn'] {
  return { conversationId, turnId: id, question, earlier, plan, answer }
}
