import { hashFraction } from '#runtime/core/identity.ts'
import type { ArmWeight, Outcome } from '#schemas/events.ts'
import { familyOf } from '#text/families.ts'
import { topic } from '#topology/topic-names.ts'
import type { Outbound } from '#topology/types.ts'
import { inclusionProbabilityOf, outcomeArms, reviewValue } from './arms.ts'
import type { RecentTurn } from './state.ts'

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
  arms: readonly ArmWeight[],
  outcome: Outcome,
  correction: boolean,
): Outbound<'sampler'> {
  const family = familyOf(agent, turn.conversationId)
  const inclusionProbability = inclusionProbabilityOf(arms)
  const event = { agent, ...turn, family, arms, inclusionProbability, value: reviewValue(arms), outcome, correction }
  return { topic: topic.selectedSamples, event, parents: correction ? [turn.turnId] : [] }
}
