import { hashFraction } from '#runtime/core/identity.ts'
import type { ArmShares, ArmWeight, Outcome } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'
import type { Outbound } from '#topology/types.ts'
import type { OutcomeScale, RankedArmWeight } from './controller.ts'
import type { RecentTurn } from './state.ts'

/** What one turn shows of its worth before anybody said how it went. Each is 0 to 1. */
export type Interest = {
  /** How little the planner believes in its plan, see `uncertaintyOf`; null where nothing is known of that. */
  readonly uncertainty: number | null
  /** 1 minus the highest cosine to what was picked before. */
  readonly novelty: number
  /** Mean cosine to the most similar recent turns: questions that many ask. */
  readonly density: number
  /** Decayed picks of the planned tool. */
  readonly picks: number
}

/**
 * Exponents of the ranked arms. Sharp ones come close to taking the best of the stream; measured on BANKING77, see
 * `npm run bench -- sampling`. Density comes from information density (Settles and Craven, EMNLP 2008), novelty from
 * core-sets (Sener and Savarese, ICLR 2018).
 */
const exponents = { uncertain: 6, underrepresented: 10 } as const
const densityExponents = { uncertain: 1, underrepresented: 0.5 } as const

/** Both divide by this power of the picks of the planned tool: picks spread over tools, of which a planner knows the rare ones least. */
const rarityExponent = 2

/** Each factor counts as at least this, so that its logarithm is finite. */
const minFactor = 1e-3

/**
 * The ranked arms of a turn. They divide what the others leave; where nothing is known of uncertainty, as with an untuned
 * planner, whose margins are worse than chance, coverage takes it all.
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

const impactWeights = { thumbsDown: 1, repeatAsk: 0.3, slow: 0.15, complaints: 0.1 } as const
/** An answer that takes longer is an impact of its own. */
const slowMs = 15_000

/**
 * The arms of what is known of the outcome, with the probability each gives. `complaints`: decayed thumbs down of the planned
 * tool. They never shrink when more becomes known.
 */
export function outcomeArms(outcome: Outcome, complaints: number, scale: OutcomeScale): readonly ArmWeight[] {
  const score =
    (outcome.rating === 'down' ? impactWeights.thumbsDown : 0) +
    (outcome.repeatAsk ? impactWeights.repeatAsk : 0) +
    ((outcome.latencyMs ?? 0) > slowMs ? impactWeights.slow : 0) +
    impactWeights.complaints * (complaints / (1 + complaints))
  const arms: readonly ArmWeight[] = [
    { arm: 'impact', weight: Math.min(1, score * scale.impact) },
    { arm: 'escalated', weight: outcome.escalated ? scale.escalated : 0 },
  ]
  return arms.filter(({ weight }) => weight > 0)
}

/** The control: every turn alike. */
export const randomArm = (share: number): readonly ArmWeight[] => [{ arm: 'random', weight: share }]

/**
 * Arms draw with the same number, the turn's fraction, so a turn's probability is the largest any arm gives it, and what is
 * learnt later can only add (permanent random numbers: Ohlsson, in Business Survey Methods, Wiley 1995).
 */
export function inclusionProbabilityOf(arms: readonly ArmWeight[]): number {
  return arms.reduce((largest, { weight }) => Math.max(largest, weight), 0)
}

/** What reviewers are to see first: escalated turns, then the likelier picks. Chance is no reason to hurry. */
export function reviewValue(arms: readonly ArmWeight[]): number {
  return arms.reduce((sum, { arm, weight }) => sum + (arm === 'random' ? 0 : arm === 'escalated' ? 10 : weight), 0)
}

/**
 * 1 minus the margin where the planner states one: of softmax probabilities, of the probabilities that a language model's
 * log-probabilities are, or of the shares of votes. Else 1 minus the confidence; null where it states neither.
 */
export function uncertaintyOf({
  margin,
  confidence,
}: {
  margin: number | null
  confidence: number | null
}): number | null {
  const belief = margin ?? confidence
  return belief === null ? null : 1 - belief
}

const boundedLog = (factor: number): number => Math.log(Math.max(minFactor, factor))

export const version = 'sampler/v1'

/** What the arms make of a turn, given what is known of its outcome. */
export type Draw = {
  readonly arms: readonly ArmWeight[]
  /** The arms whose draw it is; any picks the turn. */
  readonly drawn: readonly ArmWeight['arm'][]
}

/** The number that all arms draw with: a turn is picked when it is below its inclusion probability. */
export const samplingHash = (turnId: string): number => hashFraction(version, turnId)

type ArmInputs = Pick<RecentTurn, 'arms' | 'scale' | 'complaints'>

/** The arms that speak for a turn of which this is known. */
export function allArms({ arms, scale, complaints }: ArmInputs, outcome: Outcome): readonly ArmWeight[] {
  return [...arms, ...outcomeArms(outcome, complaints, scale)]
}

/** Every arm draws with the one number of the turn. */
export function draw(judged: ArmInputs, outcome: Outcome, number: number): Draw {
  const arms = allArms(judged, outcome)
  return { arms, drawn: arms.filter(({ weight }) => number < weight).map(({ arm }) => arm) }
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
