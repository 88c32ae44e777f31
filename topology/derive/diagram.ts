import type { ServiceName, TopicName } from '../types.ts'
import { serviceNames, servicePlans, servicesThat, topicNames, topicPlans } from './plans.ts'

/**
 * Edges that are HTTP calls, not topics: the gateway logs each turn through ingest, which closes the wheel, and the console
 * asks ingest what it has acknowledged.
 */
export const overHttp: readonly (readonly [from: ServiceName, to: ServiceName])[] = [
  ['gateway', 'ingest'],
  ['console', 'ingest'],
]

/** Called from outside. */
const doors: readonly ServiceName[] = ['ingest', 'gateway']

const id = (name: string): string => name.replaceAll('-', '_')

/** Followed by more than half of the services: drawn, it would be most of the picture. */
const everywhere = (topic: TopicName): boolean => servicesThat('follows', topic).length > serviceNames.length / 2

/**
 * Mermaid: services as boxes, topics as rounded ones, in the order of the wheel. Solid arrows are records written and
 * consumed, dotted ones followed copies, thick ones HTTP. A service that follows its own topic is not drawn twice.
 */
export function diagram(): string {
  const drawn = topicNames.filter(topic => !everywhere(topic))
  const lines = [
    'flowchart TD',
    'production([production systems])',
    ...serviceNames.map(service => `${id(service)}[${service}]`),
    ...drawn.map(topic => `${id(topic)}(${topic})`),
    ...doors.map(service => `production ==> ${id(service)}`),
    ...serviceNames.flatMap(service => edgesOf(service, drawn)),
    ...overHttp.map(([from, to]) => `${id(from)} == HTTP ==> ${id(to)}`),
  ]
  return ['```mermaid', lines.join('\n  '), '```', ...topicNames.filter(everywhere).map(undrawn)].join('\n')
}

function edgesOf(service: ServiceName, drawn: readonly TopicName[]): readonly string[] {
  const { reads, follows, writes } = servicePlans[service]
  const only = (topics: readonly TopicName[]): readonly TopicName[] => topics.filter(topic => drawn.includes(topic))
  return [
    ...only(reads).map(topic => `${id(topic)} --> ${id(service)}`),
    ...only(follows)
      .filter(topic => !writes.includes(topic))
      .map(topic => `${id(topic)} -.-> ${id(service)}`),
    ...only(writes).map(topic => `${id(service)} --> ${id(topic)}`),
  ]
}

const undrawn = (topic: TopicName): string =>
  `\nNot drawn: \`${topic}\` (${topicPlans[topic].event}), written by ${servicesThat('writes', topic).join(', ')} and followed by ${servicesThat('follows', topic).length} services.`
