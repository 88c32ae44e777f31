import { type ServiceDefinition, services, type TopicDefinition, topics } from '../map.ts'
import type { ServiceName, TopicName } from '../types.ts'
import { deadLetterTopic, retryTopic } from './names.ts'

type Edges = {
  readonly reads: readonly TopicName[]
  readonly follows: readonly TopicName[]
  readonly writes: readonly TopicName[]
}

/** The map's topics, for code that treats all alike. */
export const topicDefinitions: Readonly<Record<TopicName, TopicDefinition>> = topics
export const topicNames = Object.keys(topics) as TopicName[]

/** The map's services in the order of the wheel, for code that treats all alike. */
export const serviceDefinitions: Readonly<Record<ServiceName, Omit<ServiceDefinition, keyof Edges> & Edges>> = services
export const serviceNames = Object.keys(services) as ServiceName[]
/** Those that consume a topic, and so have a consumer group, a lag and dead letters. */
export const consumingServices = serviceNames.filter(service => serviceDefinitions[service].reads.length > 0)

/** What a service's group consumes: the topics it reads, and what is re-driven to it. Nothing where it reads nothing. */
export function consumedTopics(service: ServiceName): readonly string[] {
  const { reads } = serviceDefinitions[service]
  return reads.length > 0 ? [...reads, retryTopic(service)] : []
}

/** Where a service puts what it refuses, one for each topic it reads and in that order. */
export function deadLetterTopics(service: ServiceName): readonly string[] {
  return serviceDefinitions[service].reads.map(topic => deadLetterTopic(topic, service))
}

/** Services with an edge of that kind to a topic, in the order of the wheel. */
export function servicesThat(edge: keyof Edges, topic: TopicName): readonly ServiceName[] {
  return serviceNames.filter(service => serviceDefinitions[service][edge].includes(topic))
}
