import { deriveId } from '#runtime/core/identity.ts'
import type { EventLog, TopicSpec } from '#runtime/log/event-log.ts'
import { eraseTypes, type RunnableService, withPorts } from '#runtime/processing/any-service.ts'
import type { Service } from '#runtime/service.ts'
import { toolOf } from '#schemas/turns.ts'
import { turnFields } from '#test/support/data/turns.ts'
import { consumerGroup, deadLetterTopic, decisionsTopic, retryTopic, stateTopic } from '#topology/derive/names.ts'
import { requiredTopics } from '#topology/derive/required-topics.ts'
import { services } from '#topology/map.ts'
import { topic } from '#topology/topic-names.ts'

/** State of a conversation: how many turns the stage has processed, and a digest over their ids in that order. */
export type TurnChain = { readonly count: number; readonly digest: string }

export const extendChain = (before: TurnChain | undefined, turnId: string): TurnChain => ({
  count: (before?.count ?? 0) + 1,
  digest: deriveId('chaos-chain/v1', before?.digest ?? '', turnId),
})

/** Collections of the state of both stages. */
export const conversations = 'by-conversation'
export const agents = 'per-agent'

/** The question of an output describes the state after it, so one turn lost, repeated or swapped changes all later outputs. */
export const chainText = ({ count, digest }: TurnChain): string => `${count} ${digest}`

const outcome = { escalated: false, rating: null, repeatAsk: false, latencyMs: null }

/** Selects every turn. A turn that was appended twice is processed once. */
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
      ...{ agent, conversationId, turnId: id, step: 0, family: conversationId, question: chainText(chain) },
      ...{ ...turnFields, plan },
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
      ...{
        agent,
        sampleId: turnId,
        step: 0,
        family: conversationId,
        source: 'production' as const,
        question: chainText(chain),
      },
      ...{ plannedTool: toolOf(plan.calls), goldTool: null, score: 1, toolCorrect: null, argumentSimilarity: null },
      ...{ exactPlan: null, callF1: null, arguments: [] },
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

/** Two stages, one after the other, with names of the map. Their outputs and state follow from the turns alone. */
export const rules = { sampler, judge }
export const stages = {
  sampler: withPorts(eraseTypes(sampler), {}),
  judge: withPorts(eraseTypes(judge), {}),
} satisfies Record<string, RunnableService>
export type Stage = keyof typeof stages
export const stageNames = Object.keys(stages) as Stage[]
/** The stage of a worker, by its name. */
export const stageOf = (worker: string): Stage => (worker.startsWith('sampler') ? 'sampler' : 'judge')

/** The topics that the two stages read and write. */
function streamTopics(): readonly TopicSpec[] {
  const used = new Set<string>([
    topic.lostPositions,
    ...stageNames.flatMap(stage => {
      const { reads, follows, writes } = services[stage]
      const refused = reads.map(read => deadLetterTopic(read, stage))
      return [...reads, ...follows, ...writes, ...refused, retryTopic(stage), decisionsTopic(stage), stateTopic(stage)]
    }),
  ])
  return requiredTopics()
    .filter(({ name }) => used.has(name))
    .map(({ name, partitions, keep }) => ({ name, partitions, keep }))
}

/** Creates the topics of the stages that are missing. */
export async function createTopics(log: EventLog): Promise<void> {
  const present = new Set((await log.topics()).map(({ name }) => name))
  await log.createTopics(streamTopics().filter(({ name }) => !present.has(name)))
}

/** Records of the input that the first stage has consumed. */
export async function countConsumed(log: EventLog): Promise<number> {
  const positions = await log.committed(consumerGroup('sampler'), [topic.chatLogs])
  return positions.reduce((sum, { offset }) => sum + offset, 0)
}

/** Records that the two stages have not consumed. */
export async function countUnconsumed(log: EventLog): Promise<number> {
  const lags = await Promise.all(stageNames.map(stage => log.lag(consumerGroup(stage), services[stage].reads)))
  return lags.flat().reduce((sum, { records }) => sum + records, 0)
}
