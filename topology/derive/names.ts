import type { Compatibility } from '#runtime/registry/schema-registry.ts'
import { topic as known } from '../topic-names.ts'
import type { ServiceName } from '../types.ts'

/** One consumer group per service, under its name. */
export function consumerGroup(service: ServiceName): string {
  return service
}

/** Prefix of a service's transactional ids: one for each input partition, so that a new owner fences the old one. */
export function transactionalPrefix(service: ServiceName): string {
  return consumerGroup(service)
}

/** Groups of readers outside begin with this. Our own followers and views read without a group. */
export const readerPrefix = 'flywheel-reader-'

export function clientId(service: ServiceName): string {
  return `flywheel-${service}`
}

/** Where a service puts what it refuses of a topic. */
export function deadLetterTopic(topic: string, service: ServiceName): string {
  return `${topic}.${service}.dlq`
}

/**
 * Where dead letters go to be decided again: only the service that refused them reads it, so that other readers of the
 * topic they came from see nothing twice.
 */
export function retryTopic(service: ServiceName): string {
  return `retry.${service}`
}

/** The group whose positions tell how far a service's dead letters are re-driven; within the service's transactional prefix. */
export function redriveGroup(service: ServiceName): string {
  return `${service}.redrive`
}

/** What a service saw beside each record it decided. */
export function decisionsTopic(service: ServiceName): string {
  return `decisions.${service}`
}

/** The changelog of what a service remembers. */
export function stateTopic(service: ServiceName): string {
  return `state.${service}`
}

/** The registry's name for the schema of a topic's values. */
export function subject(topic: string): string {
  return `${topic}-value`
}

/** Scored samples have readers outside: any of our versions must read any other. For the rest, our readers are deployed first. */
export function compatibility(topic: string): Compatibility {
  return topic === known.scoredSamples ? 'FULL_TRANSITIVE' : 'BACKWARD'
}
