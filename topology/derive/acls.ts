import { topic } from '../names.ts'
import type { ServiceName } from '../types.ts'
import {
  consumerGroup,
  decisionsTopic,
  readerPrefix,
  redriveGroup,
  retryTopic,
  stateTopic,
  transactionalPrefix,
} from './names.ts'
import { consumed, deadLetterTopics, serviceNames, servicePlans, topicNames, topicPlans } from './plans.ts'

/** One Kafka ACL that allows a principal something. Whoever may read or write may also describe. */
export type Acl = {
  readonly principal: string
  readonly operation: 'read' | 'write' | 'describe' | 'create' | 'alter'
  readonly resource: 'topic' | 'group' | 'transactional-id'
  /** `*` with a literal pattern means all of them. */
  readonly name: string
  readonly pattern: 'literal' | 'prefixed'
}

type Grant = Omit<Acl, 'principal'>

/** Shows lag and dead letters of all services: it reads everything and writes nothing. */
const watcher: ServiceName = 'console'

const may = (operation: Acl['operation'], resource: Acl['resource'], name: string): Grant => ({
  ...{ operation, resource, name },
  pattern: 'literal',
})
const below = (operation: Acl['operation'], resource: Acl['resource'], name: string): Grant => ({
  ...{ operation, resource, name },
  pattern: 'prefixed',
})

/** What each service is allowed, and who is outside: production systems, readers of scored samples, and operators. */
export function acls(): readonly Acl[] {
  return [
    ...serviceNames.flatMap(service => granted(service, grantsOf(service))),
    ...granted(
      'production',
      topicNames.filter(name => topicPlans[name].open).map(name => may('write', 'topic', name)),
    ),
    ...granted('scientist', [may('read', 'topic', topic.scoredSamples), below('read', 'group', readerPrefix)]),
    ...granted('operator', operatorGrants),
  ]
}

const granted = (principal: string, grants: readonly Grant[]): readonly Acl[] =>
  grants.map(grant => ({ principal: `User:${principal}`, ...grant }))

function grantsOf(service: ServiceName): readonly Grant[] {
  const { reads, follows, writes, remembers } = servicePlans[service]
  const letters = deadLetterTopics(service)
  const changelog = remembers ? [stateTopic(service)] : []
  // Every process keeps the table of agents, and compares all topics with the map when it starts.
  const read = new Set<string>([...consumed(service), ...letters, ...follows, topic.agents, ...changelog])
  const derived = reads.length > 0 ? [...letters, retryTopic(service), decisionsTopic(service)] : []
  const written = [...writes, ...derived, ...changelog]
  return [
    may('describe', 'topic', '*'),
    ...(service === watcher
      ? [may('read', 'topic', '*'), may('describe', 'group', '*')]
      : [...read].map(name => may('read', 'topic', name))),
    ...written.map(name => may('write', 'topic', name)),
    ...(reads.length > 0
      ? [
          may('read', 'group', consumerGroup(service)),
          may('read', 'group', redriveGroup(service)),
          below('write', 'transactional-id', transactionalPrefix(service)),
        ]
      : []),
  ]
}

const operatorGrants: readonly Grant[] = [
  ...(['create', 'alter', 'describe', 'read', 'write'] as const).map(operation => may(operation, 'topic', '*')),
  may('read', 'group', '*'),
  ...serviceNames
    .filter(service => servicePlans[service].reads.length > 0)
    .map(service => below('write', 'transactional-id', redriveGroup(service))),
]
