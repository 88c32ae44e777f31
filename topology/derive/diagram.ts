import type { ServiceName, TopicName } from '../types.ts'
import { serviceDefinitions, serviceNames, servicesThat, topicDefinitions, topicNames } from './definitions.ts'

/**
 * HTTP calls between services: the gateway logs each turn through ingest, and the console asks ingest how many records it has
 * acknowledged.
 */
export const httpEdges: readonly (readonly [from: ServiceName, to: ServiceName])[] = [
  ['gateway', 'ingest'],
  ['console', 'ingest'],
]

/** Services that production systems call. */
const publicServices: readonly ServiceName[] = ['ingest', 'gateway']

const nodeId = (name: string): string => name.replaceAll('-', '_')

/** A topic that more than half of the services follow would fill the diagram with its arrows. */
const isFollowedByMost = (topic: TopicName): boolean => servicesThat('follows', topic).length > serviceNames.length / 2
/** So would one that the runtime of most services writes. */
const isDrawn = (topic: TopicName): boolean => !isFollowedByMost(topic) && !topicDefinitions[topic].writtenByRuntime

/**
 * A Mermaid diagram of the map. Services are boxes, topics are rounded boxes. Solid arrows are written and consumed records,
 * dotted arrows followed topics, thick arrows HTTP calls. Where a service follows a topic that it writes, only the write is drawn.
 */
export function diagram(): string {
  const drawn = topicNames.filter(isDrawn)
  const lines = [
    'flowchart TD',
    'production([production systems])',
    ...serviceNames.map(service => `${nodeId(service)}[${service}]`),
    ...drawn.map(topic => `${nodeId(topic)}(${topic})`),
    ...publicServices.map(service => `production ==> ${nodeId(service)}`),
    ...serviceNames.flatMap(service => edgesOf(service, drawn)),
    ...httpEdges.map(([from, to]) => `${nodeId(from)} == HTTP ==> ${nodeId(to)}`),
  ]
  return [
    '```mermaid',
    lines.join('\n  '),
    '```',
    ...topicNames.filter(topic => !isDrawn(topic)).map(notDrawnNote),
  ].join('\n')
}

function edgesOf(service: ServiceName, drawn: readonly TopicName[]): readonly string[] {
  const { reads, follows, writes } = serviceDefinitions[service]
  const only = (topics: readonly TopicName[]): readonly TopicName[] => topics.filter(topic => drawn.includes(topic))
  return [
    ...only(reads).map(topic => `${nodeId(topic)} --> ${nodeId(service)}`),
    ...only(follows)
      .filter(topic => !writes.includes(topic))
      .map(topic => `${nodeId(topic)} -.-> ${nodeId(service)}`),
    ...only(writes).map(topic => `${nodeId(service)} --> ${nodeId(topic)}`),
  ]
}

function notDrawnNote(topic: TopicName): string {
  const { event, writtenByRuntime } = topicDefinitions[topic]
  const writers = writtenByRuntime ? 'every service that reads topics' : servicesThat('writes', topic).join(', ')
  const followers = servicesThat('follows', topic)
  const followed = followers.length > 1 ? `${followers.length} services` : followers.join('')
  return `\nNot drawn: \`${topic}\` (${event}), written by ${writers} and followed by ${followed}.`
}
