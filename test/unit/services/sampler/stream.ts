import { State } from '#runtime/state/state.ts'
import type { ChatEscalated, ChatLogged, FeedbackGiven, SampleSelected } from '#schemas/events.ts'
import type { Facts } from '#services/sampler/controller.ts'
import { decide } from '#services/sampler/decide.ts'
import { planOf, turnFields } from '#test/support/data/turns.ts'
import { topic } from '#topology/topic-names.ts'
import type { Inbound, Outbound } from '#topology/types.ts'

export type Arrival = Inbound<'sampler'>

export const active: Facts = {
  sampleShare: 0.1,
  sampling: 'active',
  evaluationShare: 0,
  arms: { impact: 0.15, underrepresented: 0.1, random: 0.1 },
}
const envelope = { parents: [], agent: 'desk', redactions: [] }

export function turn(id: string, over: Partial<ChatLogged> & { tool?: string; margin?: number | null } = {}): Arrival {
  const { tool = 'quote', margin = 0.5, ...fields } = over
  const plan = planOf(tool, id, { confidence: 0.6, margin })
  const asked = { conversationId: `about-${id}`, turn: 0, userId: null, question: `what of ${id}`, ...turnFields }
  const event = { ...envelope, id, at: 1000, ...asked, plan, answer: 'so', latencyMs: 900, source: 'test', ...fields }
  return { topic: topic.chatLogs, event }
}

export function escalation(of: string, over: Partial<ChatEscalated> = {}): Arrival {
  const about = { conversationId: `about-${of}`, turnId: of, reason: 'asked for a person' }
  return { topic: topic.escalations, event: { ...envelope, id: `escalated-${of}`, at: 2000, ...about, ...over } }
}

export function rating(of: string, thumb: 'up' | 'down', over: Partial<FeedbackGiven> = {}): Arrival {
  const about = { conversationId: `about-${of}`, turnId: of, rating: thumb, comment: null }
  return { topic: topic.feedback, event: { ...envelope, id: `rated-${of}-${thumb}`, at: 3000, ...about, ...over } }
}

/** The state after a stream. */
export function stateAfter(stream: readonly Arrival[], facts: Facts = active): State {
  const state = new State()
  emitted(stream, facts, state)
  return state
}

/** What the sampler selects from a stream, in order; `state` is carried along. */
export function selections(
  stream: readonly Arrival[],
  facts: Facts = active,
  state = new State(),
): Omit<SampleSelected, 'id' | 'parents' | 'at'>[] {
  return emitted(stream, facts, state).flatMap(out => (out.topic === topic.selectedSamples ? [out.event] : []))
}

/** All that the sampler emits. The state is committed after every hundred records, as batches are in a service. */
export function emitted(stream: readonly Arrival[], facts: Facts = active, state = new State()): Outbound<'sampler'>[] {
  return stream.flatMap((arrival, at) => {
    const { emit = [], stateChanges = [] } = decide(arrival, facts, state)
    state.apply(stateChanges)
    if (at % 100 === 99) state.markCommitted()
    return emit
  })
}
