import type { ServiceName, TopicName } from '../types.ts'
import { serviceDefinitions, serviceNames, servicesThat, topicDefinitions, topicNames } from './definitions.ts'

/**
 * Edges that are HTTP calls, not topics: the gateway logs each turn through ingest, which closes the wheel, and the console
 * asks ingest what it has acknowledged.
 */
export const httpEdges: readonly (readonly [from: ServiceName, to: ServiceName])[] = [
  ['gateway', 'ingest'],
  ['console', 'ingest'],
]

/** Called from outside. */
const publicServices: readonly ServiceName[] = ['ingest', 'gateway']

const nodeId = (name: string): string => name.replaceAll('-', '_')

/** Followed by more than half of the services: drawn, it would be most of the picture. */
const isFollowedByMost = (topic: TopicName): boolean => servicesThat('follows', topic).length > serviceNames.length / 2

/**
 * Mermaid: services as boxes, topics as rounded ones, in the order of the wheel. Solid arrows are records written and
 * consumed, dotted ones followed copies, thick ones HTTP. A service that follows its own topic is not drawn twice.
 */
export function diagram(): string {
  const drawn = topicNames.filter(topic => !isFollowedByMost(topic))
  const lines = [
    'flowchart TD',
    'production([production systems])',
    ...serviceNames.map(service => `${nodeId(service)}[${service}]`),
    ...drawn.map(topic => `${nodeId(topic)}(${topic})`),
    ...publicServices.map(service => `production ==> ${nodeId(service)}`),
    ...serviceNames.flatMap(service => edgesOf(service, drawn)),
    ...httpEdges.map(([from, to]) => `${nodeId(from)} == HTTP ==> ${nodeId(to)}`),
  ]
  return ['```mermaid', lines.join('\n  '), '```', ...topicNames.filter(isFollowedByMost).map(notDrawnNote)].join('\n')
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

const notDrawnNote = (topic: TopicName): string =>
  `\nNot drawn: \`${topic}\` (${topicDefinitions[topic].event}), written by ${servicesThat('writes', topic).join(', ')} and followed by ${servicesThat('follows', topic).length} services.`
