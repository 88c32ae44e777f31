import { topic as known } from '../topic-names.ts'
import type { ServiceName } from '../types.ts'

/** What the names of a deployment's topics, groups, transactional ids and subjects begin with, so that several share a cluster. */
export function namespacePrefix(namespace: string | undefined): string {
  return namespace === undefined ? '' : `${namespace}.`
}

/** The consumer group of a service has its name. */
export function consumerGroup(service: ServiceName): string {
  return service
}

/** Prefix of a service's transactional ids. There is one id per input partition, so that a new owner fences the old one. */
export function transactionalPrefix(service: ServiceName): string {
  return consumerGroup(service)
}

/** Prefix of the consumer groups of readers outside. Services follow topics without a group. */
export const readerPrefix = 'flywheel-reader-'

export function clientId(service: ServiceName): string {
  return `flywheel-${service}`
}

/** The topic for the records of `topic` that a service refuses. */
export function deadLetterTopic(topic: string, service: ServiceName): string {
  return `${topic}.${service}.dlq`
}

/** The topic for re-driven dead letters. Only the service that refused them reads it, so no other reader sees them twice. */
export function retryTopic(service: ServiceName): string {
  return `retry.${service}`
}

/** The compacted topic that says which dead letters of a service are resolved: re-driven or discarded. */
export function resolvedTopic(service: ServiceName): string {
  return `resolved.${service}`
}

/** The group of the processes that resolve a service's dead letters. It has no positions that count: see `resolvedTopic`. */
export function redriveGroup(service: ServiceName): string {
  return `${service}.redrive`
}

/** The topic with the facts that a service gathered for each decision. */
export function decisionsTopic(service: ServiceName): string {
  return `decisions.${service}`
}

/** The changelog of a service's state. */
export function stateTopic(service: ServiceName): string {
  return `state.${service}`
}

/** The schema registry's subject for the values of a topic. */
export function subject(topic: string): string {
  return `${topic}-value`
}

/**
 * The compatibility level of a topic's schema. Scored samples have readers outside, so every version must read every other.
 * The readers of other topics are deployed before their writers.
 */
export function compatibility(topic: string): 'FULL_TRANSITIVE' | 'BACKWARD' {
  return topic === known.scoredSamples ? 'FULL_TRANSITIVE' : 'BACKWARD'
}
