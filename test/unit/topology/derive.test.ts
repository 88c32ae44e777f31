import { describe, expect, test } from 'vitest'
import { faults } from '#runtime/core/faults.ts'
import { type Acl, acls } from '#topology/derive/acls.ts'
import {
  consumedTopics,
  consumingServices,
  deadLetterTopics,
  serviceDefinitions,
  serviceNames,
  topicNames,
} from '#topology/derive/definitions.ts'
import { diagram } from '#topology/derive/diagram.ts'
import {
  compatibility,
  consumerGroup,
  deadLetterTopic,
  decisionsTopic,
  redriveGroup,
  retryTopic,
  stateTopic,
  subject,
} from '#topology/derive/names.ts'
import { requiredTopics } from '#topology/derive/required-topics.ts'
import { serviceLag } from '#topology/derive/service-lag.ts'
import { faultsTable, servicesTable, settingsTable, topicsTable } from '#topology/derive/tables.ts'
import { topics } from '#topology/map.ts'
import { topic } from '#topology/topic-names.ts'

test('topic constants are the names of the map in camel case', () => {
  expect(Object.values(topic).sort()).toEqual(Object.keys(topics).sort())
  expect(topic).toMatchObject({ goldAnswers: Object.keys(topics).find(name => name.startsWith('gold-a')) })
})

test('names follow from service and topic', () => {
  expect([consumerGroup('judge'), deadLetterTopic('t', 'judge'), subject('t')]).toEqual([
    'judge',
    't.judge.dlq',
    't-value',
  ])
  expect([retryTopic('judge'), redriveGroup('judge')].map(name => `${name}!`)).toEqual([
    'retry.judge!',
    'judge.redrive!',
  ])
  expect([`${decisionsTopic('self-play')}!`, `${stateTopic('self-play')}!`]).toEqual([
    'decisions.self-play!',
    'state.self-play!',
  ])
  expect(topicNames.filter(name => compatibility(name) === 'FULL_TRANSITIVE')).toEqual([topic.scoredSamples])
})

test('a service consumes the topics that it reads and its retry topic', () => {
  expect(consumingServices).toContain('curator')
  expect(consumingServices).not.toContain('gateway')
  const annotation = [topic.selectedSamples, topic.scoredSamples, topic.reviews]
  expect(consumedTopics('annotation')).toEqual([...annotation, retryTopic('annotation')])
  expect(deadLetterTopics('annotation')).toEqual(annotation.map(read => deadLetterTopic(read, 'annotation')))
  expect([...consumedTopics('gateway'), ...deadLetterTopics('gateway')]).toEqual([])
})

describe('wanted topics', () => {
  const found = (name: string) => requiredTopics().find(spec => spec.name === name)

  test('are each there once', () => {
    const names = requiredTopics().map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(names).toEqual(expect.arrayContaining(topicNames))
  })

  test('hold the dead letters of each topic that a service reads, as wide and as long-lived as the topic', () => {
    for (const service of serviceNames)
      for (const name of serviceDefinitions[service].reads)
        expect(found(deadLetterTopic(name, service))).toMatchObject({
          partitions: topics[name].partitions,
          keep: topics[name].keep,
        })
  })

  test('hold what is re-driven to each service, as wide as its inputs, its text no longer than any of its dead letters', () => {
    for (const service of serviceNames) {
      const { reads } = serviceDefinitions[service]
      const days = reads.map(name => topics[name].keep).filter(keep => keep !== 'forever')
      const keep = days.length > 0 ? Math.min(...days.map(Number)) : 'forever'
      const partitions = Math.max(0, ...reads.map(name => topics[name].partitions))
      const name = retryTopic(service)
      expect(found(name)).toEqual(reads.length > 0 ? { name, partitions, keep } : undefined)
    }
    expect([found(retryTopic('annotation'))?.keep, found(retryTopic('promoter'))?.keep]).toEqual([90, 'forever'])
  })

  test('hold decisions of services that read and a compacted changelog of those that remember, as wide as their inputs', () => {
    for (const service of serviceNames) {
      const { reads, stateful } = serviceDefinitions[service]
      const partitions = Math.max(0, ...reads.map(name => topics[name].partitions))
      expect(found(decisionsTopic(service))?.partitions).toBe(reads.length > 0 ? partitions : undefined)
      expect(found(stateTopic(service))).toEqual(
        stateful ? expect.objectContaining({ partitions, keep: 'compact' }) : undefined,
      )
    }
  })
})

describe('ACLs', () => {
  const of = (principal: string): readonly Acl[] => acls().filter(acl => acl.principal === `User:${principal}`)
  const names = (principal: string, operation: string, resource = 'topic'): readonly string[] =>
    of(principal)
      .filter(acl => acl.operation === operation && acl.resource === resource)
      .map(({ name }) => name)
      .sort()

  test('let a service write what the map gives it, its dead letters, retries, decisions and changelog, and nothing else', () => {
    for (const service of serviceNames) {
      const { reads, writes, stateful } = serviceDefinitions[service]
      const own = [decisionsTopic(service), retryTopic(service), ...reads.map(name => deadLetterTopic(name, service))]
      const changelog = stateful ? [stateTopic(service)] : []
      expect(names(service, 'write')).toEqual([...writes, ...(reads.length > 0 ? own : []), ...changelog].sort())
    }
  })

  test('let a service read its inputs, what it follows, its changelog and the agents, and re-drive its dead letters', () => {
    const inputs = [topic.goldAnswers, topic.selectedSamples, topic.syntheticSamples]
    expect(names('judge', 'read')).toEqual(
      [
        ...inputs,
        ...inputs.map(name => deadLetterTopic(name, 'judge')),
        ...[topic.agents, stateTopic('judge'), retryTopic('judge')],
      ].sort(),
    )
    expect(names('judge', 'read', 'group')).toEqual(['judge', redriveGroup('judge')])
    expect(names('gateway', 'read', 'group')).toEqual([])
    expect(names('judge', 'write', 'transactional-id')).toEqual(['judge'])
    expect(names('gateway', 'write', 'transactional-id')).toEqual([])
  })

  test('let production systems write open topics only', () => {
    expect(
      of('production')
        .map(({ operation, name }) => `${operation} ${name}`)
        .sort(),
    ).toEqual([topic.chatLogs, topic.escalations, topic.feedback].map(name => `write ${name}`).sort())
  })

  test('let readers outside read scored samples, in groups of their own prefix', () => {
    expect(of('scientist').map(({ resource, pattern, name }) => `${resource} ${pattern} ${name}`)).toEqual([
      `topic literal ${topic.scoredSamples}`,
      'group prefixed flywheel-reader-',
    ])
  })

  test('let operators re-drive the dead letters of any service, but not act as the service', () => {
    const prefixes = names('operator', 'write', 'transactional-id')
    expect(prefixes).toContain(redriveGroup('judge'))
    expect(prefixes.every(prefix => prefix.endsWith('.redrive'))).toBe(true)
  })

  test('are each there once', () => {
    const texts = acls().map(acl => JSON.stringify(acl))
    expect(new Set(texts).size).toBe(texts.length)
  })
})

describe('lateness', () => {
  const partition = (records: number, oldest: number | null) => ({ topic: 't', partition: 0, records, oldest })

  test('is the age of the oldest record that was not consumed', () => {
    const now = 1_000_000
    expect(serviceLag('judge', [partition(3, now - 30_000), partition(2, now - 121_000)], now)).toEqual({
      ...{ records: 5, seconds: 121, limitSeconds: 120, overLimit: true },
    })
    expect(serviceLag('judge', [partition(3, now - 120_000)], now).overLimit).toBe(false)
  })

  test('is zero when all is consumed, and when the clock of the broker is ahead', () => {
    for (const oldest of [null, 1_000_500])
      expect(serviceLag('judge', [partition(0, oldest)], 1_000_000)).toMatchObject({ seconds: 0, overLimit: false })
    expect(serviceLag('gateway', [], 5)).toMatchObject({ records: 0, seconds: 0, overLimit: false })
  })
})

test('the diagram draws each edge of the map once, save those it says it leaves out', () => {
  const text = diagram()
  const drawn = (line: string): number => text.split('\n').filter(drawing => drawing.trim() === line).length
  const id = (name: string): string => name.replaceAll('-', '_')
  const left = topicNames.filter(name => text.includes(`Not drawn: \`${name}\``))
  expect(left).toEqual([topic.agents])
  for (const service of serviceNames) {
    const { reads, follows, writes } = serviceDefinitions[service]
    const shown = (names: readonly (typeof topicNames)[number][]) => names.filter(name => !left.includes(name))
    for (const name of shown(reads)) expect(drawn(`${id(name)} --> ${id(service)}`)).toBe(1)
    for (const name of shown(writes)) expect(drawn(`${id(service)} --> ${id(name)}`)).toBe(1)
    for (const name of shown(follows))
      expect(drawn(`${id(name)} -.-> ${id(service)}`)).toBe(writes.includes(name) ? 0 : 1)
  }
  expect(drawn('gateway == HTTP ==> ingest')).toBe(1)
})

test('tables have a row for each service, topic, setting and fault, and cells cannot break them', () => {
  const rows = (table: string): readonly string[] => table.split('\n').slice(2)
  expect(rows(servicesTable())).toHaveLength(serviceNames.length)
  expect(rows(topicsTable())).toHaveLength(topicNames.length)
  expect(rows(settingsTable([{ variable: 'A', about: 'one | or\nthe other', default: undefined }]))).toEqual([
    '| `A` | one \\| or the other |  |',
  ])
  expect(rows(faultsTable(faults))).toHaveLength(Object.keys(faults).length)
  expect(faultsTable(faults)).toContain('| `FLY_BUG` | An assumption of this code does not hold. | stop |')
})
