import { hashFraction } from '#runtime/core/identity.ts'
import type { ArmShares, ArmWeight, Outcome } from '#schemas/events.ts'
import { slowAnswerMs } from '#schemas/outcome.ts'
import { topic } from '#topology/topic-names.ts'
import type { Outbound } from '#topology/types.ts'
import type { OutcomeScale, RankedArmWeight } from './controller.ts'
import type { RecentTurn } from './state.ts'

export const version = 'sampler/v1'

/** What is known of the value of a turn at its arrival. The first three are 0 to 1. */
export type Interest = {
  /** See `uncertaintyOf`; null where it is not known. */
  readonly uncertainty: number | null
  /** 1 minus the highest cosine to an earlier pick. */
  readonly novelty: number
  /** Mean cosine to the most similar recent turns: high for questions that many customers ask. */
  readonly density: number
  /** Decayed picks of the planned tool. */
  readonly picks: number
}

/**
 * Exponents of the ranked arms. High ones come close to picking the best turns of the stream. They were measured on BANKING77,
 * see `npm run bench -- sampling`. Density comes from information density (Settles and Craven, EMNLP 2008), novelty from
 * core-sets (Sener and Savarese, ICLR 2018).
 */
const exponents = { uncertain: 6, underrepresented: 10 } as const
const densityExponents = { uncertain: 1, underrepresented: 0.5 } as const

/** Both weights are divided by this power of the picks of the planned tool: a planner knows rare tools least. */
const rarityExponent = 2

/** Each factor counts as at least this, so that its logarithm is finite. */
const minFactor = 1e-3

/**
 * The ranked arms of a turn, which divide the share of the budget that the other arms leave. Where uncertainty is not known,
 * `underrepresented` gets all of it.
 */
export function rankedArms(
  arms: ArmShares,
  { uncertainty, novelty, density, picks }: Interest,
): readonly RankedArmWeight[] {
  const rest = Math.max(0, 1 - arms.impact - arms.random)
  const rarity = -rarityExponent * Math.log1p(picks)
  const coverageWeight =
    exponents.underrepresented * (boundedLog(novelty) + densityExponents.underrepresented * boundedLog(density)) +
    rarity
  if (uncertainty === null) return [{ arm: 'underrepresented', weight: coverageWeight, share: rest }]
  const uncertainWeight =
    exponents.uncertain *
      (boundedLog(uncertainty) + boundedLog(novelty) + densityExponents.uncertain * boundedLog(density)) +
    rarity
  const share = Math.min(rest, arms.underrepresented)
  return [
    { arm: 'uncertain', weight: uncertainWeight, share: rest - share },
    { arm: 'underrepresented', weight: coverageWeight, share },
  ]
}

const boundedLog = (factor: number): number => Math.log(Math.max(minFactor, factor))

/**
 * 1 minus the margin where the planner states one: of softmax probabilities, of the probabilities of a language model, or of
 * shares of votes. Else 1 minus the confidence; null where it states neither.
 */
export function uncertaintyOf({ margin, confidence }: RecentTurn['turn']['plan']): number | null {
  const certainty = margin ?? confidence
  return certainty === null ? null : 1 - certainty
}

const impactWeights = { thumbsDown: 1, repeatAsk: 0.3, slow: 0.15, complaints: 0.1 } as const

/**
 * The arms of an outcome, with the probability that each gives. `complaints` is the decayed count of thumbs down of the planned
 * tool. More knowledge of the outcome never lowers a probability.
 */
export function outcomeArms(outcome: Outcome, complaints: number, scale: OutcomeScale): readonly ArmWeight[] {
  const { rating, repeatAsk, latencyMs, escalated } = outcome
  const score =
    (rating === 'down' ? impactWeights.thumbsDown : 0) +
    (repeatAsk ? impactWeights.repeatAsk : 0) +
    (latencyMs !== null && latencyMs > slowAnswerMs ? impactWeights.slow : 0) +
    impactWeights.complaints * (complaints / (1 + complaints))
  const arms: readonly ArmWeight[] = [
    { arm: 'impact', weight: Math.min(1, score * scale.impact) },
    { arm: 'escalated', weight: escalated ? scale.escalated : 0 },
  ]
  return arms.filter(({ weight }) => weight > 0)
}

/** The number in [0, 1) that all arms compare with their probability of the turn. */
export const samplingHash = (turnId: string): number => hashFraction(version, turnId)

type ArmInputs = Pick<RecentTurn, 'arms' | 'scale' | 'complaints'>

/** All arms that give the turn a probability, those of its outcome included. */
export function allArms({ arms, scale, complaints }: ArmInputs, outcome: Outcome): readonly ArmWeight[] {
  return [...arms, ...outcomeArms(outcome, complaints, scale)]
}

/** All arms of a turn, and those that draw it. A turn is picked if any arm draws it. */
export function draw(
  inputs: ArmInputs,
  outcome: Outcome,
  hash: number,
): { readonly arms: readonly ArmWeight[]; readonly drawn: readonly ArmWeight['arm'][] } {
  const arms = allArms(inputs, outcome)
  return { arms, drawn: arms.filter(({ weight }) => hash < weight).map(({ arm }) => arm) }
}

/**
 * All arms draw with the same number, so the probability of a turn is the largest that any arm gives it, and an outcome that
 * arrives later can only add (permanent random numbers: Ohlsson, in Business Survey Methods, Wiley 1995).
 */
export function inclusionProbabilityOf(arms: readonly ArmWeight[]): number {
  return arms.reduce((largest, { weight }) => Math.max(largest, weight), 0)
}

/** The order of review: escalated turns first, then turns by their probability. The random arm adds nothing. */
export function reviewValue(arms: readonly ArmWeight[]): number {
  return arms.reduce((sum, { arm, weight }) => sum + (arm === 'random' ? 0 : arm === 'escalated' ? 10 : weight), 0)
}

export function selectedEvent(
  agent: string,
  turn: RecentTurn['turn'],
  family: string,
  arms: readonly ArmWeight[],
  outcome: Outcome,
  correction: boolean,
): Outbound<'sampler'> {
  const inclusionProbability = inclusionProbabilityOf(arms)
  const event = { agent, ...turn, family, arms, inclusionProbability, value: reviewValue(arms), outcome, correction }
  return { topic: topic.selectedSamples, event, parents: correction ? [turn.turnId] : [] }
}
