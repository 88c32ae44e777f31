import type { TopicSpec } from '#runtime/log/event-log.ts'
import type { ServiceName, TopicName } from '../types.ts'
import {
  consumingServices,
  serviceDefinitions,
  serviceNames,
  servicesThat,
  topicDefinitions,
  topicNames,
} from './definitions.ts'
import { deadLetterTopic, decisionsTopic, retryTopic, stateTopic } from './names.ts'

/** A topic that must exist, and what another number of partitions would break; nothing where no reader relies on it. */
export type RequiredTopic = TopicSpec & { readonly breaks?: string }

/** Days that a decision's facts stay for replay under a new rule: as long as the samples they are about. */
const decisionRetentionDays = 90

/** Every topic of the running system: those of the map, then dead letters, retries, decisions and changelogs of each service. */
export function requiredTopics(): readonly RequiredTopic[] {
  return [
    ...topicNames.map(eventTopic),
    ...serviceNames.flatMap(service =>
      serviceDefinitions[service].reads.map(topic => deadLetterTopicOf(topic, service)),
    ),
    ...consumingServices.map(retryTopicOf),
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
  const moved = `records of one ${key} would lie in two partitions`
  const readers = servicesThat('reads', topic)
  if (readers.length === 0) return `${moved}, and followers could take an old one for the newest`
  const rememberers = readers.filter(service => serviceDefinitions[service].stateful)
  const memory = rememberers.length > 0 ? `, and the memory of it in ${rememberers.join(', ')} would stay behind` : ''
  return `${moved}: ${readers.join(', ')} would see them out of order${memory}`
}

/** As many partitions as the topic, so that re-driving keeps the order of each key; and no longer-lived than its text may be. */
function deadLetterTopicOf(topic: TopicName, service: ServiceName): RequiredTopic {
  const { partitions, keep } = topicDefinitions[topic]
  return {
    name: deadLetterTopic(topic, service),
    partitions,
    keep: keep === 'compact' ? 'forever' : keep,
    breaks: 'dead letters of one key would be re-driven out of order',
  }
}

/** A re-driven record keeps its partition number and meets the memory it needs; its text lives no longer than any it may be of. */
function retryTopicOf(service: ServiceName): RequiredTopic {
  const kept = serviceDefinitions[service].reads.map(topic => deadLetterTopicOf(topic, service).keep)
  const days = kept.filter(keep => typeof keep === 'number')
  return {
    name: retryTopic(service),
    partitions: inputPartitions(service),
    keep: days.length > 0 ? Math.min(...days) : 'forever',
  }
}

function decisionsTopicOf(service: ServiceName): RequiredTopic {
  return { name: decisionsTopic(service), partitions: inputPartitions(service), keep: decisionRetentionDays }
}

function changelogTopicOf(service: ServiceName): RequiredTopic {
  return {
    name: stateTopic(service),
    partitions: inputPartitions(service),
    keep: 'compact',
    breaks: `${service} would look for what it remembers in another partition than the one that holds it`,
  }
}

/** A task of a service owns partition N of all its inputs, and with it partition N of its changelog. */
function inputPartitions(service: ServiceName): number {
  return Math.max(...serviceDefinitions[service].reads.map(topic => topicDefinitions[topic].partitions))
}
