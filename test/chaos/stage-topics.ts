import type { EventLog, TopicSpec } from '#runtime/log/event-log.ts'
import { consumerGroup, deadLetterTopic, decisionsTopic, retryTopic, stateTopic } from '#topology/derive/names.ts'
import { requiredTopics } from '#topology/derive/required-topics.ts'
import { services } from '#topology/map.ts'
import { topic } from '#topology/topic-names.ts'
import { type Stage, stages } from './stages.ts'

export const stageNames = Object.keys(stages) as Stage[]

/** The topics of the map that the two stages have to do with. */
function streamTopics(): readonly TopicSpec[] {
  const used = new Set<string>(
    stageNames.flatMap(stage => {
      const { reads, follows, writes } = services[stage]
      const refused = reads.map(read => deadLetterTopic(read, stage))
      return [...reads, ...follows, ...writes, ...refused, retryTopic(stage), decisionsTopic(stage), stateTopic(stage)]
    }),
  )
  return requiredTopics()
    .filter(({ name }) => used.has(name))
    .map(({ name, partitions, keep }) => ({ name, partitions, keep }))
}

/** Creates those of them that are missing. */
export async function createTopics(log: EventLog): Promise<void> {
  const present = new Set((await log.topics()).map(({ name }) => name))
  await log.createTopics(streamTopics().filter(({ name }) => !present.has(name)))
}

/** How many records of the input the first stage has consumed. */
export async function countConsumed(log: EventLog): Promise<number> {
  const positions = await log.committed(consumerGroup('sampler'), [topic.chatLogs])
  return positions.reduce((sum, { offset }) => sum + offset, 0)
}

/** How many records are not consumed, of both stages. */
export async function countUnconsumed(log: EventLog): Promise<number> {
  const lags = await Promise.all(stageNames.map(stage => log.lag(consumerGroup(stage), services[stage].reads)))
  return lags.flat().reduce((sum, { records }) => sum + records, 0)
}
