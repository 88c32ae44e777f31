import { expect, test } from 'vitest'
import { type Acl, acls } from '#topology/derive/acls.ts'
import { serviceDefinitions, serviceNames } from '#topology/derive/definitions.ts'
import {
  deadLetterTopic,
  decisionsTopic,
  redriveGroup,
  resolvedTopic,
  retryTopic,
  stateTopic,
} from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'

const of = (principal: string): readonly Acl[] => acls().filter(acl => acl.principal === `User:${principal}`)
const names = (principal: string, operation: string, resource = 'topic'): readonly string[] =>
  of(principal)
    .filter(acl => acl.operation === operation && acl.resource === resource)
    .map(({ name }) => name)
    .sort()

test('ACLs let a service write what the map gives it, its dead letters, retries, decisions, lost positions and changelog, and nothing else', () => {
  for (const service of serviceNames) {
    const { reads, writes, stateful } = serviceDefinitions[service]
    const letters = reads.map(name => deadLetterTopic(name, service))
    const own = [decisionsTopic(service), retryTopic(service), resolvedTopic(service), topic.lostPositions, ...letters]
    const changelog = stateful ? [stateTopic(service)] : []
    expect(names(service, 'write')).toEqual([...writes, ...(reads.length > 0 ? own : []), ...changelog].sort())
  }
})

test('ACLs let a service read its inputs, what it follows, its changelog and the agents, and re-drive its dead letters', () => {
  const inputs = [topic.goldAnswers, topic.selectedSamples, topic.syntheticSamples]
  expect(names('judge', 'read')).toEqual(
    [
      ...inputs,
      ...inputs.map(name => deadLetterTopic(name, 'judge')),
      ...[topic.agents, stateTopic('judge'), retryTopic('judge'), resolvedTopic('judge')],
    ].sort(),
  )
  expect(names('judge', 'read', 'group')).toEqual(['judge', redriveGroup('judge')])
  expect(names('gateway', 'read', 'group')).toEqual([])
  expect(names('judge', 'write', 'transactional-id')).toEqual(['judge'])
  expect(names('gateway', 'write', 'transactional-id')).toEqual([])
})

test('ACLs let production systems write open topics only', () => {
  expect(
    of('production')
      .map(({ operation, name }) => `${operation} ${name}`)
      .sort(),
  ).toEqual([topic.chatLogs, topic.escalations, topic.feedback].map(name => `write ${name}`).sort())
})

test('ACLs let readers outside read scored samples, in groups of their own prefix', () => {
  expect(of('scientist').map(({ resource, pattern, name }) => `${resource} ${pattern} ${name}`)).toEqual([
    `topic literal ${topic.scoredSamples}`,
    'group prefixed flywheel-reader-',
  ])
})

test('ACLs let operators re-drive the dead letters of any service, but not act as the service', () => {
  const prefixes = names('operator', 'write', 'transactional-id')
  expect(prefixes).toContain(redriveGroup('judge'))
  expect(prefixes.every(prefix => prefix.endsWith('.redrive'))).toBe(true)
})

test('each ACL is listed once', () => {
  const texts = acls().map(acl => JSON.stringify(acl))
  expect(new Set(texts).size).toBe(texts.length)
})

test('ACLs of a namespace are about its own names only', () => {
  const prefix = 'blue.'
  expect(acls(prefix).every(({ name }) => name.startsWith(prefix))).toBe(true)
  const everyTopic = { operation: 'describe', resource: 'topic', name: prefix, pattern: 'prefixed' }
  expect(acls(prefix)).toContainEqual({ principal: 'User:judge', ...everyTopic })
  expect(acls(prefix)).toHaveLength(acls().length)
})
