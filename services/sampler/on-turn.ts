import type { Decision } from '#runtime/service.ts'
import type { StateChange, StateView } from '#runtime/state/state.ts'
import type { ArmWeight, ChatLogged, Outcome } from '#schemas/events.ts'
import { isHeldOut } from '#text/families.ts'
import { allArms, draw, randomArm, rankedArms, samplingHash, selectedEvent, uncertaintyOf } from './arms.ts'
import type { ControllerState, Facts, SamplingBudget } from './controller.ts'
import {
  afterPicks,
  afterTurn,
  contenderShare,
  initialController,
  isRandomOnly,
  outcomeScale,
  randomProbability,
  rankedProbability,
} from './controller.ts'
import { conversationOf, outcomeOf, type SeenTurn, withTurn } from './conversation.ts'
import { detectEmergingIntent } from './emerging-intents.ts'
import { compareWithPicks, type PickComparison, turnFamily } from './families.ts'
import { interestOf, isRepeat } from './interest.ts'
import {
  type Contender,
  collections,
  decayedCount,
  incrementDecayed,
  limits,
  pickChanges,
  type RecentTurn,
  ringKey,
} from './state.ts'
import { countTurn } from './traffic-counts.ts'

/** A turn arrives: it is picked, or passed over and remembered. */
export function onTurn(event: ChatLogged, facts: Facts, state: StateView): Decision<'sampler'> {
  const { agent, conversationId, id, at, plan, latencyMs } = event
  const names = collections(agent)
  const control = state.get<ControllerState>(names.control, 'control') ?? {
    ...initialController,
    firstPlanner: plan.planner,
  }
  const number = control.turns
  const before = conversationOf(state, names, number, conversationId)
  if (before.turns.some(turn => turn.id === id)) return {}
  const it: SeenTurn = { id, at, tool: plan.tool, number }
  const said = before.signals.length === 0 ? noOutcome : outcomeOf(withTurn(before, it), id)
  const known = { repeatAsk: isRepeat(event), latencyMs }
  const arrival: ArrivingTurn = {
    samplingHash: samplingHash(id),
    outcome: { ...said, ...known },
    recent: {
      number,
      at,
      turn: turnOf(event),
      known,
      complaints: decayedCount(state.get(names.complaints, plan.tool), number),
    },
  }
  return isRandomOnly(facts)
    ? sampleRandomly(agent, arrival, control, facts, state)
    : sampleByArms(agent, arrival, control, facts, state)
}

type ArrivingTurn = {
  /** The number that all arms draw with. */
  readonly samplingHash: number
  readonly outcome: Outcome
  readonly recent: Omit<RecentTurn, 'arms' | 'scale' | 'picked'>
}

function sampleRandomly(
  agent: string,
  { samplingHash, outcome, recent }: ArrivingTurn,
  control: ControllerState,
  budget: SamplingBudget,
  state: StateView,
): Decision<'sampler'> {
  const names = collections(agent)
  const { turn } = recent
  const arms = randomArm(budget.sampleShare)
  const picked = samplingHash < budget.sampleShare
  const value = { ...control, turns: control.turns + 1, picks: control.picks + Number(picked) }
  const stateChanges = turnChanges(agent, value, { ...recent, arms, scale: outcomeScale(control, budget), picked })
  if (!picked) return { stateChanges }
  const { nearDuplicate } = compareWithPicks(turn, control.picks, names, state)
  const family = turnFamily(agent, turn, nearDuplicate, names, state)
  return {
    emit: [selectedEvent(agent, turn, family, arms, outcome, false)],
    stateChanges: [...stateChanges, ...pickChanges(state, names, turn, family, control.picks)],
  }
}

function sampleByArms(
  agent: string,
  { samplingHash, outcome, recent }: ArrivingTurn,
  control: ControllerState,
  budget: SamplingBudget,
  state: StateView,
): Decision<'sampler'> {
  const names = collections(agent)
  const { turn, number, known } = recent
  const { tool } = turn.plan
  const contending = contenderShare(budget)
  const contends = samplingHash < contending
  const contender = contenderOf(turn)
  // A turn that does not contend can be picked for its outcome only: it need not be compared before its draw.
  const compared = contends ? compareWithPicks(contender, control.picks, names, state) : noComparison
  const heldOut = isHeldOut(turnFamily(agent, turn, compared.nearDuplicate, names, state), budget.evaluationShare)
  const ranked =
    contends && !heldOut
      ? rankedArms(budget.arms, interestOf(contender, compared.similarity, control, names, state))
      : []
  const controller = afterTurn(control, contends, ranked, budget)
  const random: ArmWeight = { arm: 'random', weight: randomProbability(budget, heldOut) }
  const ofContenders = ranked.map(({ arm, weight }) => ({ arm, weight: rankedProbability(controller, arm, weight) }))
  const arms = [random, ...ofContenders.map(({ arm, weight }) => ({ arm, weight: contending * weight }))]
  const judged = { arms, scale: outcomeScale(controller, budget), complaints: recent.complaints }
  const drawn = draw(judged, outcome, samplingHash)
  const picked = drawn.drawn.length > 0
  const counts = countTurn(state, agent, number, {
    ...{ tool, turns: 1, picks: Number(picked), uncertainty: uncertaintyOf(turn.plan) ?? 1 },
    expected: allArms({ ...judged, arms: [random, ...ofContenders] }, { ...noOutcome, ...known }),
    draws: drawn.drawn,
  })
  const { nearDuplicate } = picked && !contends ? compareWithPicks(contender, control.picks, names, state) : compared
  const family = turnFamily(agent, turn, nearDuplicate, names, state)
  const contended = contends ? rememberContender(contender, control.contenders, state, agent) : {}
  return {
    emit: [
      ...(picked ? [selectedEvent(agent, turn, family, drawn.arms, outcome, false)] : []),
      ...counts.emit,
      ...(contended.emit ?? []),
    ],
    stateChanges: [
      ...turnChanges(agent, afterPicks(controller, Number(picked), Number(drawn.drawn.includes('impact'))), {
        ...recent,
        ...judged,
        picked,
      }),
      ...(contended.stateChanges ?? []),
      ...(picked ? pickChanges(state, names, turn, family, control.picks) : []),
      ...(outcome.rating === 'down'
        ? incrementDecayed(state, names.complaints, tool, limits.complaints, number + 1)
        : []),
      ...counts.stateChanges,
    ],
  }
}

/** What every turn changes. */
function turnChanges(agent: string, control: ControllerState, recent: RecentTurn): readonly StateChange[] {
  const names = collections(agent)
  return [
    { collection: names.control, key: 'control', value: control },
    { collection: names.recent, key: ringKey('recent', recent.number), value: recent },
  ]
}

/** A contender is remembered, and now and then those remembered are looked through. */
function rememberContender(
  turn: Contender['turn'],
  number: number,
  state: StateView,
  agent: string,
): Decision<'sampler'> {
  const value: Contender = { number, turn }
  const { emit, stateChanges } = detectEmergingIntent(state, agent, number)
  return {
    emit,
    stateChanges: [
      { collection: collections(agent).contenders, key: ringKey('contenders', number), value },
      ...stateChanges,
    ],
  }
}

const contenderOf = ({ turnId, question, earlier, plan }: RecentTurn['turn']): Contender['turn'] => ({
  ...{ turnId, question, earlier: earlier.slice(-2), plan },
})

const noComparison: PickComparison = { similarity: 0, nearDuplicate: undefined }

/** What is known of how a turn went before anybody said anything. */
const noOutcome = { escalated: false, rating: null } as const

function turnOf({ id, conversationId, question, earlier, plan, answer }: ChatLogged): RecentTurn['turn'] {
  return { conversationId, turnId: id, question, earlier, plan, answer }
}
