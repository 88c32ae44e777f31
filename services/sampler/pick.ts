import { familyOf } from '#runtime/families.ts'
import { fraction } from '#runtime/identity.ts'
import type { ArmWeight, Outcome } from '#schemas/events.ts'
import { topic } from '#topology/names.ts'
import type { Outbound } from '#topology/types.ts'
import { outcomeArms, probability, reviewValue } from './arms.ts'
import type { Recent } from './state.ts'

export const version = 'sampler/v1'

/** What the arms make of a turn, given what is known of its outcome. */
export type Draw = {
  readonly arms: readonly ArmWeight[]
  /** The arms whose draw it is; any picks the turn. */
  readonly drew: readonly ArmWeight['arm'][]
}

/** The number that all arms draw with: a turn is picked when it is below its inclusion probability. */
export const numberOf = (turnId: string): number => fraction(version, turnId)

/** Every arm draws with the one number of the turn. */
export function draw({ turn, arms, scale, complaints }: Recent, outcome: Outcome): Draw {
  const all = [...arms, ...outcomeArms(outcome, complaints, scale)]
  const number = numberOf(turn.turnId)
  return { arms: all, drew: all.filter(({ weight }) => number < weight).map(({ arm }) => arm) }
}

export function selected(
  agent: string,
  turn: Recent['turn'],
  arms: readonly ArmWeight[],
  outcome: Outcome,
  correction: boolean,
): Outbound<'sampler'> {
  const family = familyOf(agent, turn.conversationId)
  const inclusionProbability = probability(arms)
  const event = { agent, ...turn, family, arms, inclusionProbability, value: reviewValue(arms), outcome, correction }
  return { topic: topic.selectedSamples, event, parents: correction ? [turn.turnId] : [] }
}
