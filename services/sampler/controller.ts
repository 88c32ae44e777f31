import { Fault } from '#runtime/core/faults.ts'
import type { ArmShares, Sampling } from '#schemas/events.ts'

/** The arms that rank turns by what is known at arrival. The other arms depend on chance or on outcomes. */
export type RankedArm = 'uncertain' | 'underrepresented'

/** The weight that a ranked arm gives a turn, as a logarithm, and the arm's share of the budget. */
export type RankedArmWeight = { readonly arm: RankedArm; readonly weight: number; readonly share: number }

/**
 * What the agent's budgets allow: the share of turns to pick, 0 to 1, how the arms divide it, and the share of families that
 * are held out for evaluation.
 */
export type SamplingBudget = {
  readonly sampleShare: number
  readonly arms: ArmShares
  readonly evaluationShare: number
}

/** What `gather` brings: the agent's settings. */
export type Facts = SamplingBudget & { readonly sampling: Sampling }

/** Whether turns are picked at random only, and outcomes do not matter. */
export const isRandomOnly = ({ sampling, sampleShare }: Facts): boolean => sampling === 'random' || sampleShare === 0

/** What determines the probabilities of one agent in one partition. */
export type ControllerState = {
  /** Turns seen. */
  readonly turns: number
  /** Contenders seen: turns that the ranked arms rank. */
  readonly contenders: number
  /** Turns picked, corrections included. */
  readonly picks: number
  /** The planner of the first turn: undefined before it, null for a foreign one. */
  readonly firstPlanner?: string | null
  /** Per ranked arm: a contender of at least this weight (a logarithm) is picked with certainty. */
  readonly levels: Readonly<Partial<Record<RankedArm, number>>>
  /** Picks that the budget allowed, minus picks made. It is bounded, so that a burst does not affect the picks long after it. */
  readonly debt: number
  /** The same for the impact arm alone, whose turns become known only with their outcomes. */
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

/** The scale of outcome arms when a turn arrived. It is kept with the turn, so that a late outcome counts like an early one. */
export type OutcomeScale = {
  /** Probability of an escalated turn. */
  readonly escalated: number
  /** Factor of the impact score. */
  readonly impact: number
}

/** A debt of this many picks multiplies probabilities by e; the same debt with the other sign divides them by e. */
const debtPicks = 3
const maxDebt = 8 * debtPicks
/** Contenders for each pick of the budget. More of them hardly improve the choice, and each costs a search of thousands of questions. */
const contendersPerPick = 16
/** How far one pick moves a level: much at first, so that agents with little traffic meet their budget too, and little later. */
const learningRate = { first: 6, last: 0.4 } as const
/** Debts are multiples of this, so that floating-point sums do not depend on their order. */
const debtStep = 2 ** -20
/** The least share of the budget for the random arm, whatever the agent's settings say. */
const minRandomShare = 0.01

/**
 * The share of turns that are contenders: those whose sampling hash is below it. The ranked arms give no turn a higher
 * probability, so they cannot draw a turn with a higher hash. It need not be ranked, and its probability is known all the same.
 */
export function contenderShare({ sampleShare }: SamplingBudget): number {
  return Math.min(1, contendersPerPick * sampleShare)
}

/**
 * The controller after one more turn, before it is known whether the turn is picked. Each level approximates the quantile that
 * gives its arm its share of the picks (Robbins and Monro, Annals of Mathematical Statistics 22, 1951). It uses the probability
 * of the turn, not the draw, which has less variance. A level stays where its arm gave no weight.
 */
export function afterTurn(
  before: ControllerState,
  contends: boolean,
  ranked: readonly RankedArmWeight[],
  budget: SamplingBudget,
): ControllerState {
  const { sampleShare, arms } = budget
  const levels = { ...before.levels }
  for (const { arm, weight, share: ofBudget } of ranked) {
    const share = (ofBudget * sampleShare) / contenderShare(budget)
    // Weights spread over several powers of e. The first turn is taken to be an average one, far below the level.
    const level = levels[arm] ?? weight - 1.5 * Math.log(Math.max(debtStep, share))
    const step = Math.max(learningRate.last, learningRate.first / (1 + before.contenders * share))
    levels[arm] = level + step * (Math.exp(Math.min(0, weight - level)) - share)
  }
  return {
    ...before,
    turns: before.turns + 1,
    contenders: before.contenders + Number(contends),
    levels,
    debt: addDebt(before.debt, sampleShare),
    impactDebt: addDebt(before.impactDebt, sampleShare * arms.impact),
  }
}

/** The controller after picks. `impactDraws` are the turns that the impact arm drew, whether or not another arm drew them too. */
export function afterPicks(before: ControllerState, picks: number, impactDraws: number): ControllerState {
  return {
    ...before,
    picks: before.picks + picks,
    debt: addDebt(before.debt, -picks),
    impactDebt: addDebt(before.impactDebt, -impactDraws),
  }
}

/** The probability in (0, 1] that a ranked arm gives a contender of this weight, after `afterTurn` of the same turn. */
export function rankedProbability({ levels, debt }: ControllerState, arm: RankedArm, weight: number): number {
  const level = levels[arm]
  if (level === undefined) throw new Fault('FLY_BUG', `the arm ${arm} ranks a turn and has no level`)
  return Math.exp(Math.min(0, weight - level + debt / debtPicks))
}

/**
 * The probability that the random arm gives: no turn has less, which is what unbiased estimates rest on. It rises for shares
 * above one half, since little is left to choose there: a share of 1 picks every turn. Held-out turns get nearly the whole
 * budget from this arm. They teach no planner, and estimates from rows of equal weight have the least variance.
 */
export function randomProbability({ sampleShare, arms }: SamplingBudget, isHeldOut: boolean): number {
  const share = isHeldOut ? 1 - arms.impact : Math.max(minRandomShare, arms.random)
  return Math.max(share * sampleShare, 2 * sampleShare - 1)
}

/** Escalated turns are picked with certainty until the debt is below minus three quarters of the largest: escalations alone exceed the budget then. */
export function outcomeScale({ debt, impactDebt }: ControllerState, { sampleShare }: SamplingBudget): OutcomeScale {
  const escalated = Math.max(sampleShare, Math.min(1, (4 * (debt + maxDebt)) / maxDebt))
  return { escalated, impact: Math.exp(impactDebt / debtPicks) }
}

function addDebt(debt: number, more: number): number {
  return Math.min(maxDebt, Math.max(-maxDebt, debt + Math.round(more / debtStep) * debtStep))
}
