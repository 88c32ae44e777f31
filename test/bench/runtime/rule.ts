import type { ChatLogged, SampleSelected } from '#schemas/events.ts'
import type { EnvelopeField } from '#topology/types.ts'

export const version = 'bench/v1'

/** What all peers do with a record: the sampler's output without its state. `StreamsPeer.java` does the same. */
export function select(turn: ChatLogged): Omit<SampleSelected, EnvelopeField> {
  const { id, agent, conversationId, question, earlier, earlierCut, prompt, steps, plan, answer, latencyMs } = turn
  const uncertain = 1 - (plan.margin ?? 1)
  return {
    agent,
    conversationId,
    turnId: id,
    step: 0,
    family: `${agent}/${conversationId}`,
    question,
    ...{ earlier, earlierCut, prompt, steps },
    plan,
    answer,
    arms: [
      { arm: 'uncertain', weight: uncertain },
      { arm: 'random', weight: 0.05 },
    ],
    inclusionProbability: Math.min(1, uncertain + 0.05),
    value: uncertain * 2,
    outcome: { escalated: false, rating: null, repeatAsk: earlier.some(({ text }) => text === question), latencyMs },
    correction: false,
  }
}
