import { expect, test } from 'vitest'
import { serviceDefinitions, serviceNames, topicNames } from '#topology/derive/definitions.ts'
import { deadLetterTopic, decisionsTopic, retryTopic, stateTopic } from '#topology/derive/names.ts'
import { requiredTopics } from '#topology/derive/required-topics.ts'
import { topics } from '#topology/map.ts'

const found = (name: string) => requiredTopics().find(spec => spec.name === name)

test('each required topic is listed once', () => {
  const names = requiredTopics().map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(names).toEqual(expect.arrayContaining(topicNames))
})

test('required topics hold the dead letters of each topic that a service reads, as wide and as long-lived as the topic', () => {
  for (const service of serviceNames)
    for (const name of serviceDefinitions[service].reads)
      expect(found(deadLetterTopic(name, service))).toMatchObject({
        partitions: topics[name].partitions,
        keep: topics[name].keep,
      })
})

test('required topics hold what is re-driven to each service, as wide as its inputs, its text no longer than any of its dead letters', () => {
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

test('required topics hold decisions of services that read and a compacted changelog of those with state, as wide as their inputs', () => {
  for (const service of serviceNames) {
    const { reads, stateful } = serviceDefinitions[service]
    const partitions = Math.max(0, ...reads.map(name => topics[name].partitions))
    expect(found(decisionsTopic(service))?.partitions).toBe(reads.length > 0 ? partitions : undefined)
    expect(found(stateTopic(service))).toEqual(
      stateful ? expect.objectContaining({ partitions, keep: 'compact' }) : undefined,
    )
  }
})
