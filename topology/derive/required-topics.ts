import type { TopicDefinition } from '../map.ts'
import type { ServiceName, TopicName } from '../types.ts'
import {
  consumingServices,
  serviceDefinitions,
  serviceNames,
  servicesThat,
  topicDefinitions,
  topicNames,
} from './definitions.ts'
import { deadLetterTopic, decisionsTopic, resolvedTopic, retryTopic, stateTopic } from './names.ts'

/** A topic that must exist. `breaks` says what another number of partitions would break; absent where nothing would. */
export type RequiredTopic = {
  readonly name: string
  readonly partitions: number
  readonly keep: TopicDefinition['keep']
  readonly breaks?: string
}

/** Decisions are kept for replays as long as the samples that they are about. */
const decisionRetentionDays = 90

/** All topics: those of the map, then the dead-letter, retry, resolved, decision and changelog topics of the services. */
export function requiredTopics(): readonly RequiredTopic[] {
  return [
    ...topicNames.map(eventTopic),
    ...serviceNames.flatMap(service =>
      serviceDefinitions[service].reads.map(topic => deadLetterTopicOf(topic, service)),
    ),
    ...consumingServices.map(retryTopicOf),
    ...consumingServices.map(resolvedTopicOf),
    ...consumingServices.map(decisionsTopicOf),
    ...serviceNames.filter(service => serviceDefinitions[service].stateful).map(changelogTopicOf),
  ]
}

function eventTopic(topic: TopicName): RequiredTopic {
  const { partitions, keep } = topicDefinitions[topic]
  return { name: topic, partitions, keep, breaks: effectsOfResizing(topic) }
}

function effectsOfResizing(topic: TopicName): string {
  const { key } = topicDefinitions[topic]
  const moved = `records of one ${key} would be in two partitions`
  const readers = servicesThat('reads', topic)
  if (readers.length === 0) return `${moved}, and followers could take an old record for the newest`
  const stateful = readers.filter(service => serviceDefinitions[service].stateful)
  const state = stateful.length > 0 ? `, and its state in ${stateful.join(', ')} would be in the old partition` : ''
  return `${moved}: ${readers.join(', ')} would read them out of order${state}`
}

/** Same partitions as the topic, so that a re-drive keeps the order of each key. Same retention, because it holds the same text. */
function deadLetterTopicOf(topic: TopicName, service: ServiceName): RequiredTopic {
  const { partitions, keep } = topicDefinitions[topic]
  return {
    name: deadLetterTopic(topic, service),
    partitions,
    keep: keep === 'compact' ? 'forever' : keep,
    breaks: 'dead letters of one key would be re-driven out of order',
  }
}

/** A re-driven record keeps its partition number, where the state of its key is. The shortest retention of the topics it may be from. */
function retryTopicOf(service: ServiceName): RequiredTopic {
  const kept = serviceDefinitions[service].reads.map(topic => deadLetterTopicOf(topic, service).keep)
  const days = kept.filter(keep => typeof keep === 'number')
  return {
    name: retryTopic(service),
    partitions: inputPartitions(service),
    keep: days.length > 0 ? Math.min(...days) : 'forever',
  }
}

/** Partition number N is about the dead letters of partition number N, whichever their topic. */
function resolvedTopicOf(service: ServiceName): RequiredTopic {
  return { name: resolvedTopic(service), partitions: inputPartitions(service), keep: 'compact' }
}

function decisionsTopicOf(service: ServiceName): RequiredTopic {
  return { name: decisionsTopic(service), partitions: inputPartitions(service), keep: decisionRetentionDays }
}

function changelogTopicOf(service: ServiceName): RequiredTopic {
  return {
    name: stateTopic(service),
    partitions: inputPartitions(service),
    keep: 'compact',
    breaks: `${service} would look for its state in the wrong partition`,
  }
}

/** The process that owns partition N of a service's inputs owns partition N of its changelog too. */
function inputPartitions(service: ServiceName): number {
  return Math.max(...serviceDefinitions[service].reads.map(topic => topicDefinitions[topic].partitions))
}
