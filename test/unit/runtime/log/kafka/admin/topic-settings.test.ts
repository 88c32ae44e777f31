import { expect, test } from 'vitest'
import type { TopicSpec } from '#runtime/log/event-log.ts'
import { comparedSettings, compareSettings, settingsForCreation } from '#runtime/log/kafka/admin/topic-settings.ts'

const day = 86_400_000
const spec = (keep: TopicSpec['keep']): TopicSpec => ({ name: 't', partitions: 1, keep })

/** The differences of a topic that was created as required and then changed. */
const differences = (keep: TopicSpec['keep'], changed: Readonly<Record<string, string>>, replication = 1) => {
  const created = settingsForCreation(spec(keep), replication).map(({ name, value }) => [name, value] as const)
  return compareSettings(spec(keep), replication, new Map([...created, ...Object.entries(changed)]))
}

test.each(['compact', 'forever', 30] as const)('a topic that is kept %s does not differ from what is created', keep => {
  expect(differences(keep, {})).toEqual([])
  const compared = settingsForCreation(spec(keep), 3).every(({ name }) => comparedSettings.includes(name))
  expect(compared).toBe(true)
})

test.each<[TopicSpec['keep'], string, string, string]>([
  ['compact', 'cleanup.policy', 'delete', 'compact'],
  ['compact', 'cleanup.policy', 'compact,delete', 'compact'],
  ['compact', 'delete.retention.ms', '3600000', String(day)],
  ['forever', 'cleanup.policy', 'compact', 'delete'],
  ['forever', 'retention.ms', String(365 * day), '-1'],
  ['forever', 'retention.bytes', '1073741824', '-1'],
  [30, 'retention.ms', String(7 * day), String(30 * day)],
  [30, 'unclean.leader.election.enable', 'true', 'false'],
])('kept %s, %s=%s loses records', (keep, setting, is, should) => {
  expect(differences(keep, { [setting]: is })).toEqual([{ topic: 't', setting, is, should, loses: expect.any(String) }])
})

test.each<[TopicSpec['keep'], string, string, string]>([
  [30, 'retention.ms', String(60 * day), String(30 * day)],
  [30, 'retention.ms', '-1', String(30 * day)],
  [30, 'min.insync.replicas', '1', '2'],
  ['compact', 'segment.bytes', '1073741824', '67108864'],
  ['compact', 'compression.type', 'producer', 'uncompressed'],
  ['compact', 'message.timestamp.type', 'CreateTime', 'LogAppendTime'],
  ['compact', 'max.message.bytes', '262144', '1048588'],
])('kept %s, %s=%s is named, and loses nothing', (keep, setting, is, should) => {
  expect(differences(keep, { [setting]: is }, 3)).toEqual([{ topic: 't', setting, is, should, loses: undefined }])
})

test('a stricter value serves as well', () => {
  const stricter = {
    'delete.retention.ms': String(7 * day),
    'min.insync.replicas': '2',
    'max.message.bytes': '5242880',
  }
  expect(differences('compact', stricter)).toEqual([])
})

test('what the broker does not tell is not compared', () => {
  expect(compareSettings(spec('compact'), 1, new Map())).toEqual([])
})
