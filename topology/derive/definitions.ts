import { type ServiceDefinition, services, type TopicDefinition, topics } from '../map.ts'
import type { ServiceName, TopicName } from '../types.ts'
import { deadLetterTopic, retryTopic } from './names.ts'

type Edges = {
  readonly reads: readonly TopicName[]
  readonly follows: readonly TopicName[]
  readonly writes: readonly TopicName[]
}

/** The topics of the map, with a type for code that handles all topics. */
export const topicDefinitions: Readonly<Record<TopicName, TopicDefinition>> = topics
export const topicNames = Object.keys(topics) as TopicName[]

/** The services of the map in its order, with a type for code that handles all services. */
export const serviceDefinitions: Readonly<Record<ServiceName, Omit<ServiceDefinition, keyof Edges> & Edges>> = services
export const serviceNames = Object.keys(services) as ServiceName[]
/** The services that read topics, and so have a consumer group, a lag, dead letters and decisions. */
export const consumingServices = serviceNames.filter(service => serviceDefinitions[service].reads.length > 0)

/** The topics that a service's group consumes: those it reads and its retry topic. None where it reads none. */
export function consumedTopics(service: ServiceName): readonly string[] {
  const { reads } = serviceDefinitions[service]
  return reads.length > 0 ? [...reads, retryTopic(service)] : []
}

/** The dead-letter topics of a service, one for each topic it reads, in that order. */
export function deadLetterTopics(service: ServiceName): readonly string[] {
  return serviceDefinitions[service].reads.map(topic => deadLetterTopic(topic, service))
}

/** The services that read, follow or write a topic, in the order of the map. */
export function servicesThat(edge: keyof Edges, topic: TopicName): readonly ServiceName[] {
  return serviceNames.filter(service => serviceDefinitions[service][edge].includes(topic))
}

/** How long gathering the facts of one record may take a service, in seconds. */
export const gatherLimitSeconds = (service: ServiceName): number => serviceDefinitions[service].gatherSeconds ?? 60
