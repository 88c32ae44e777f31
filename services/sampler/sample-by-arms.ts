import type { Decision } from '#runtime/service.ts'
import type { StateView } from '#runtime/state/state.ts'
import type { ArmWeight } from '#schemas/events.ts'
import { toolOf } from '#schemas/turns.ts'
import { isHeldOut } from '#text/families.ts'
import { allArms, draw, rankedArms, selectedEvent, uncertaintyOf } from './arms.ts'
import { type Arrival, noOutcome, turnChanges } from './arrival.ts'
import {
  afterPicks,
  afterTurn,
  type ControllerState,
  contenderShare,
  outcomeScale,
  randomProbability,
  rankedProbability,
  type SamplingBudget,
} from './controller.ts'
import { detectEmergingIntent } from './emerging-intents.ts'
import { compareWithPicks, type PickComparison, turnFamily } from './families.ts'
import { interestOf } from './interest.ts'
import {
  type Collections,
  type Contender,
  comparedQuestion,
  incrementDecayed,
  pickChanges,
  type RecentTurn,
  ringChange,
} from './state.ts'
import { countTurn } from './traffic-counts.ts'

/** Gives a turn its probabilities by all arms, and draws. */
export function sampleByArms(
  agent: string,
  names: Collections,
  { hash, outcome, recent }: Arrival,
  before: ControllerState,
  budget: SamplingBudget,
  state: StateView,
): Decision<'sampler'> {
  const { turn, number, known } = recent
  const tool = toolOf(turn.plan.calls)
  const contends = hash < contenderShare(budget)
  const contender = contenderOf(turn, recent.at)
  // A turn that does not contend can be picked for its outcome only: it need not be compared before its draw.
  const compared = contends ? compareWithPicks(contender, before.picks, names, state) : noComparison
  const heldOut = isHeldOut(turnFamily(agent, turn, compared.nearDuplicate, names, state), budget.evaluationShare)
  const ranked =
    contends && !heldOut
      ? rankedArms(budget.arms, interestOf(contender, compared.similarity, before, names, state))
      : []
  const controller = afterTurn(before, contends, ranked, budget)
  const random: ArmWeight = { arm: 'random', weight: randomProbability(budget, heldOut) }
  // Given that the turn contends; the probability of a turn is that times the share of contenders.
  const amongContenders = ranked.map(({ arm, weight }) => ({ arm, weight: rankedProbability(controller, arm, weight) }))
  const arms = [random, ...amongContenders.map(({ arm, weight }) => ({ arm, weight: contenderShare(budget) * weight }))]
  const inputs = { arms, scale: outcomeScale(controller, budget), complaints: recent.complaints }
  const drawing = draw(inputs, outcome, hash)
  const picked = drawing.drawn.length > 0
  const counts = countTurn(state, agent, names, number, {
    ...{ tool, turns: 1, picks: Number(picked), uncertainty: uncertaintyOf(turn.plan) ?? 1 },
    expected: allArms({ ...inputs, arms: [random, ...amongContenders] }, { ...noOutcome, ...known }),
    draws: drawing.drawn,
  })
  const { nearDuplicate } = picked && !contends ? compareWithPicks(contender, before.picks, names, state) : compared
  const family = turnFamily(agent, turn, nearDuplicate, names, state)
  const kept = contends ? keepContender(contender, before.contenders, state, agent, names) : nothing
  const after = afterPicks(controller, Number(picked), Number(drawing.drawn.includes('impact')))
  return {
    emit: [
      ...(picked ? [selectedEvent(agent, turn, family, drawing.arms, outcome, false)] : []),
      ...counts.emit,
      ...kept.emit,
    ],
    stateChanges: [
      ...turnChanges(names, after, { ...recent, ...inputs, picked }),
      ...kept.stateChanges,
      ...(picked ? pickChanges(state, names, turn, family, before.picks) : []),
      ...(outcome.rating === 'down' ? incrementDecayed(state, names.complaints, tool, number + 1) : []),
      ...counts.stateChanges,
    ],
  }
}

type Part = Required<Pick<Decision<'sampler'>, 'emit' | 'stateChanges'>>
const nothing: Part = { emit: [], stateChanges: [] }

/** Keeps a contender; from time to time the kept ones are searched for an emerging intent. */
function keepContender(
  turn: Contender['turn'],
  number: number,
  state: StateView,
  agent: string,
  names: Collections,
): Part {
  const { emit, stateChanges } = detectEmergingIntent(state, agent, names, number)
  const contender: Contender = { number, turn }
  return { emit, stateChanges: [ringChange(names.contenders, number, contender), ...stateChanges] }
}

const contenderOf = ({ turnId, question, earlier, plan }: RecentTurn['turn'], at: number): Contender['turn'] => ({
  at,
  ...{ turnId, ...comparedQuestion({ question, earlier }), plan },
})

const noComparison: PickComparison = { similarity: 0, nearDuplicate: undefined }
