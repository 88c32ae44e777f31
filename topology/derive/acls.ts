import { topic } from '../topic-names.ts'
import type { ServiceName } from '../types.ts'
import {
  consumedTopics,
  consumingServices,
  deadLetterTopics,
  serviceDefinitions,
  serviceNames,
  topicDefinitions,
  topicNames,
} from './definitions.ts'
import {
  consumerGroup,
  decisionsTopic,
  readerPrefix,
  redriveGroup,
  resolvedTopic,
  retryTopic,
  stateTopic,
  transactionalPrefix,
} from './names.ts'

/** A Kafka ACL with the permission ALLOW. `read` and `write` imply `describe`. */
export type Acl = {
  readonly principal: string
  readonly operation: 'read' | 'write' | 'describe' | 'describeConfigs' | 'create' | 'alter'
  readonly resource: 'topic' | 'group' | 'transactional-id'
  /** `*` with the pattern `literal` means every name. */
  readonly name: string
  readonly pattern: 'literal' | 'prefixed'
}

type Grant = Omit<Acl, 'principal'>

/** Shows lag and dead letters of all services, so it may read everything. */
const monitoringService: ServiceName = 'console'

const grantExact = (operation: Acl['operation'], resource: Acl['resource'], name: string): Grant => ({
  ...{ operation, resource, name },
  pattern: 'literal',
})
const grantPrefix = (operation: Acl['operation'], resource: Acl['resource'], name: string): Grant => ({
  ...{ operation, resource, name },
  pattern: 'prefixed',
})

/**
 * The ACLs of the services, of production systems, of readers of scored samples, and of operators. `prefix` is that of the
 * deployment's namespace: what is granted on every name is then granted on those with the prefix.
 */
export function acls(prefix = ''): readonly Acl[] {
  return logicalAcls().map(acl => {
    if (acl.name !== '*') return { ...acl, name: prefix + acl.name }
    return prefix === '' ? acl : { ...acl, name: prefix, pattern: 'prefixed' }
  })
}

function logicalAcls(): readonly Acl[] {
  return [
    ...serviceNames.flatMap(service => aclsOf(service, grantsOf(service))),
    ...aclsOf(
      'production',
      topicNames.filter(name => topicDefinitions[name].externalWriters).map(name => grantExact('write', 'topic', name)),
    ),
    ...aclsOf('scientist', [
      grantExact('read', 'topic', topic.scoredSamples),
      grantPrefix('read', 'group', readerPrefix),
    ]),
    ...aclsOf('operator', operatorGrants),
  ]
}

const aclsOf = (principal: string, grants: readonly Grant[]): readonly Acl[] =>
  grants.map(grant => ({ principal: `User:${principal}`, ...grant }))

const runtimeTopics = topicNames.filter(name => topicDefinitions[name].writtenByRuntime)

function grantsOf(service: ServiceName): readonly Grant[] {
  const { reads, follows, writes, stateful } = serviceDefinitions[service]
  const letters = deadLetterTopics(service)
  const changelog = stateful ? [stateTopic(service)] : []
  // Every process follows `agents`, and compares all topics with the map when it starts.
  const resolved = reads.length > 0 ? [resolvedTopic(service)] : []
  const read = new Set<string>([
    ...[...consumedTopics(service), ...letters, ...resolved],
    ...[...follows, topic.agents, ...changelog],
  ])
  const derived =
    reads.length > 0 ? [...letters, retryTopic(service), ...resolved, decisionsTopic(service), ...runtimeTopics] : []
  const written = [...writes, ...derived, ...changelog]
  return [
    grantExact('describe', 'topic', '*'),
    grantExact('describeConfigs', 'topic', '*'),
    ...(service === monitoringService
      ? [grantExact('read', 'topic', '*'), grantExact('describe', 'group', '*')]
      : [...read].map(name => grantExact('read', 'topic', name))),
    ...written.map(name => grantExact('write', 'topic', name)),
    ...(reads.length > 0
      ? [
          grantExact('read', 'group', consumerGroup(service)),
          grantExact('read', 'group', redriveGroup(service)),
          grantPrefix('write', 'transactional-id', transactionalPrefix(service)),
        ]
      : []),
  ]
}

const operatorGrants: readonly Grant[] = [
  ...(['create', 'alter', 'describe', 'describeConfigs', 'read', 'write'] as const).map(operation =>
    grantExact(operation, 'topic', '*'),
  ),
  grantExact('read', 'group', '*'),
  ...consumingServices.map(service => grantPrefix('write', 'transactional-id', redriveGroup(service))),
]
