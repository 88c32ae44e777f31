import { deriveId } from '#runtime/core/identity.ts'
import { eraseTypes, type RunnableService, withPorts } from '#runtime/processing/any-service.ts'
import type { Service } from '#runtime/service.ts'
import { topic } from '#topology/topic-names.ts'

/** What a stage remembers of a conversation: how many turns it saw, and a digest over their ids in that order. */
export type TurnChain = { readonly count: number; readonly digest: string }

export const extendChain = (before: TurnChain | undefined, turnId: string): TurnChain => ({
  count: (before?.count ?? 0) + 1,
  digest: deriveId('chaos-chain/v1', before?.digest ?? '', turnId),
})

/** Collections of both services. */
export const conversations = 'by-conversation'
export const agents = 'per-agent'

/** What an output says, as its question, of the state after it: one turn missed, repeated or swapped changes all that follow. */
export const chainText = ({ count, digest }: TurnChain): string => `${count} ${digest}`

const outcome = { escalated: false, rating: null, repeatAsk: false, latencyMs: null }

/** Selects every turn; a turn that it saw before was appended twice and changes nothing. */
const sampler = {
  name: 'sampler',
  version: 'chaos-sampler/v1',
  decide(inbound, _facts, state) {
    if (inbound.topic !== topic.chatLogs) return {}
    const { id, agent, conversationId, turn, plan } = inbound.event
    const before = state.get<TurnChain>(conversations, conversationId)
    if (turn < (before?.count ?? 0)) return {}
    const chain = extendChain(before, id)
    const event = {
      ...{ agent, conversationId, turnId: id, family: conversationId, question: chainText(chain), earlier: [], plan },
      ...{ answer: null, arms: [], inclusionProbability: 1, value: 0, outcome, correction: false },
    }
    return {
      emit: [{ topic: topic.selectedSamples, event }],
      stateChanges: [{ collection: conversations, key: conversationId, value: chain }],
    }
  },
} satisfies Service<'sampler'>

/** Scores every selected turn, and counts the turns of each agent. */
const judge = {
  name: 'judge',
  version: 'chaos-judge/v1',
  decide(inbound, _facts, state) {
    if (inbound.topic !== topic.selectedSamples) return {}
    const { agent, conversationId, turnId, plan } = inbound.event
    const chain = extendChain(state.get<TurnChain>(conversations, conversationId), turnId)
    const event = {
      ...{ agent, sampleId: turnId, family: conversationId, source: 'production' as const, question: chainText(chain) },
      ...{ plannedTool: plan.tool, goldTool: null, score: 1, toolCorrect: null, argumentSimilarity: null },
      ...{ figuresEqual: null, refused: null, judge: 'chaos', trusted: true, evidence: null },
      ...{ answerScore: null, answerFiguresStated: null, rubric: null, prompt: null, model: null, probability: null },
      ...{ inclusionProbability: 1, arms: [] },
    }
    return {
      emit: [{ topic: topic.scoredSamples, event }],
      stateChanges: [
        { collection: conversations, key: conversationId, value: chain },
        { collection: agents, key: agent, value: (state.get<number>(agents, agent) ?? 0) + 1 },
      ],
    }
  },
} satisfies Service<'judge'>

/** Two stages in a row, under names of the map, with rules whose outputs and state follow from the turns alone. */
export const rules = { sampler, judge }
export const stages = {
  sampler: withPorts(eraseTypes(sampler), {}),
  judge: withPorts(eraseTypes(judge), {}),
} satisfies Record<string, RunnableService>
export type Stage = keyof typeof stages
