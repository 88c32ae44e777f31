import type { Decision } from '#runtime/service.ts'
import type { StateView } from '#runtime/state/state.ts'
import { topic } from '#topology/topic-names.ts'
import type { Inbound } from '#topology/types.ts'
import type { Facts } from './controller.ts'
import { onOutcomeSignal } from './on-outcome-signal.ts'
import { onTurn } from './on-turn.ts'

/**
 * Picks a turn if the hash of its id is below its inclusion probability. A turn that was not picked is drawn again, at the scale
 * of its own arrival, when its conversation is escalated or rated. So a turn and its outcomes lead to the same choice and
 * the same state in any order of arrival.
 */
export function decide(inbound: Inbound<'sampler'>, facts: Facts, state: StateView): Decision<'sampler'> {
  if (inbound.topic === topic.chatLogs) return onTurn(inbound.event, facts, state)
  const { id, at, agent, conversationId, turnId } = inbound.event
  const kind = inbound.topic === topic.feedback ? inbound.event.rating : 'escalated'
  return onOutcomeSignal({ id, at, turnId, kind }, agent, conversationId, facts, state)
}
