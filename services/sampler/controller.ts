import type { ArmShares, Sampling } from '#schemas/events.ts'

/** Arms whose turns are ranked by what the turn itself shows; the others follow from chance or from outcomes. */
export type RankedArm = 'uncertain' | 'underrepresented'

/** What a ranked arm makes of a turn: the logarithm of its weight, and the arm's share of the budget. */
export type RankedArmWeight = { readonly arm: RankedArm; readonly weight: number; readonly share: number }

/**
 * What the agent's budgets allow: the share of turns to pick, 0 to 1, how the arms divide it, and the share of the families
 * that are held out for evaluation.
 */
export type SamplingBudget = {
  readonly sampleShare: number
  readonly arms: ArmShares
  readonly evaluationShare: number
}

/** What the sampler is told about an agent. */
export type Facts = SamplingBudget & { readonly sampling: Sampling }

/** Where this holds chance alone picks, if anything does, and no outcome has a say. */
export const isRandomOnly = ({ sampling, sampleShare }: Facts): boolean => sampling === 'random' || sampleShare === 0

/** What steers the probabilities of one agent in one partition. */
export type ControllerState = {
  /** Turns seen. */
  readonly turns: number
  /** Turns whose number let them contend for a ranked arm. */
  readonly contenders: number
  /** Turns picked, corrections included. */
  readonly picks: number
  /** The planner of the first turn: undefined before it, null for a foreign one. */
  readonly firstPlanner?: string | null
  /** Per ranked arm: the logarithm of the weight from which a contender is picked for sure. */
  readonly levels: Readonly<Partial<Record<RankedArm, number>>>
  /** Picks the budget allowed minus picks made; bounded, so that no burst starves or floods what follows. */
  readonly debt: number
  /** The same for the impact arm alone, whose turns are known only afterwards. */
  readonly impactDebt: number
}

export const initialController: ControllerState = {
  turns: 0,
  contenders: 0,
  picks: 0,
  levels: {},
  debt: 0,
  impactDebt: 0,
}

/** Where a turn stood in the budget when it arrived; kept with a passed-over turn, so that a late outcome is judged alike. */
export type OutcomeScale = {
  /** Probability of an escalated turn. */
  readonly escalated: number
  /** Factor of the impact score. */
  readonly impact: number
}

/** A debt of this many picks multiplies probabilities by e; one of the other sign divides them. */
const debtPicks = 3
const maxDebt = 8 * debtPicks
/** Turns that contend for each pick of the budget. More hardly choose better, and each costs a search among thousands of questions. */
const contendersPerPick = 16
/** How far one pick moves a level: far at first, so that little traffic meets its budget too, in the end this far. */
const learningRate = { first: 6, last: 0.4 } as const
/** Debts are multiples of this, so that sums do not depend on their order. */
const debtStep = 2 ** -20

/**
 * The share of turns that contend for the ranked arms: those whose number is below it. A number above what any of these arms
 * may give is not drawn by them, so the turn need not be ranked, and its probability is known all the same.
 */
export function contenderShare({ sampleShare }: SamplingBudget): number {
  return Math.min(1, contendersPerPick * sampleShare)
}

/**
 * The control after one more turn, before it is known whether it is picked. Each level follows the quantile of its arm's
 * share by stochastic approximation (Robbins and Monro, Annals of Mathematical Statistics 22, 1951), on the turn's
 * probability rather than on the draw: it never moves by luck. An arm without a weight leaves its level.
 */
export function afterTurn(
  control: ControllerState,
  contends: boolean,
  ranked: readonly RankedArmWeight[],
  budget: SamplingBudget,
): ControllerState {
  const { sampleShare, arms } = budget
  const levels = { ...control.levels }
  for (const { arm, weight, share: ofBudget } of ranked) {
    const share = (ofBudget * sampleShare) / contenderShare(budget)
    // The first turn is taken for an average one, far below the level: weights spread over several powers of e.
    const level = levels[arm] ?? weight - 1.5 * Math.log(Math.max(debtStep, share))
    const step = Math.max(learningRate.last, learningRate.first / (1 + control.contenders * share))
    levels[arm] = level + step * (Math.exp(Math.min(0, weight - level)) - share)
  }
  const debt = boundedDebt(control.debt, sampleShare)
  return {
    ...control,
    turns: control.turns + 1,
    contenders: control.contenders + Number(contends),
    levels,
    debt,
    impactDebt: boundedDebt(control.impactDebt, sampleShare * arms.impact),
  }
}

/** The control after picks, and after turns that the impact arm drew, picked by another arm or by it. */
export function afterPicks(control: ControllerState, picks: number, impactDraws: number): ControllerState {
  const { debt, impactDebt } = control
  return {
    ...control,
    picks: control.picks + picks,
    debt: boundedDebt(debt, -picks),
    impactDebt: boundedDebt(impactDebt, -impactDraws),
  }
}

/** In (0, 1]: what a ranked arm gives a contender of the logarithmic weight. */
export function rankedProbability({ levels, debt }: ControllerState, arm: RankedArm, weight: number): number {
  return Math.exp(Math.min(0, weight - (levels[arm] ?? weight) + debt / debtPicks))
}

/**
 * What chance gives a turn, and no turn has less: the anchor of unbiased estimates. A share above one half leaves little
 * choice, so it rises: a share of 1 takes everything. A held-out turn teaches no planner, so that nothing but chance and its
 * outcome speak for it: evaluation rows weigh nearly alike, and few of them show much.
 */
export function randomProbability({ sampleShare, arms }: SamplingBudget, isHeldOut: boolean): number {
  const share = isHeldOut ? 1 - arms.impact : Math.max(minRandomShare, arms.random)
  return Math.max(share * sampleShare, 2 * sampleShare - 1)
}

/** Of the budget; a description with a smaller random arm gets this. */
const minRandomShare = 0.01

/** An escalated turn is picked for sure until escalations alone have overdrawn the budget: by three quarters of the largest debt. */
export function outcomeScale({ debt, impactDebt }: ControllerState, { sampleShare }: SamplingBudget): OutcomeScale {
  const escalated = Math.max(sampleShare, Math.min(1, (4 * (debt + maxDebt)) / maxDebt))
  return { escalated, impact: Math.exp(impactDebt / debtPicks) }
}

function boundedDebt(debt: number, more: number): number {
  return Math.min(maxDebt, Math.max(-maxDebt, debt + Math.round(more / debtStep) * debtStep))
}
