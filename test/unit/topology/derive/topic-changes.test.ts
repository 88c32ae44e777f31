import { expect, test } from 'vitest'
import { requiredTopics } from '#topology/derive/required-topics.ts'
import { planTopicChanges } from '#topology/derive/topic-changes.ts'
import { topic } from '#topology/topic-names.ts'

const keyed = { name: 't', partitions: 6, keep: 7, breaks: 'order would break' } as const
const loose = { name: 't', partitions: 6, keep: 7 } as const
const has = (partitions: number) => [{ name: 't', partitions }]

test('a missing topic is created as it is required', () => {
  expect(planTopicChanges([keyed], [])).toEqual([{ do: 'create', topic: { name: 't', partitions: 6, keep: 7 } }])
})

test('a topic as it is required needs no change, and other topics are ignored', () => {
  expect(planTopicChanges([keyed], [...has(6), { name: 'not-ours', partitions: 1 }])).toEqual([])
})

test('a topic is grown where nothing relies on its keys', () => {
  expect(planTopicChanges([loose], has(3))).toEqual([{ do: 'grow', topic: { name: 't', partitions: 6 }, from: 3 }])
})

test('growing a keyed topic is refused, and the reason says what would break', () => {
  const because =
    't has 3 partitions and the map wants 6, but more partitions move keys: order would break; set 3 in the map'
  expect(planTopicChanges([keyed], has(3))).toEqual([
    { do: 'refuse', topic: { name: 't', partitions: 6 }, from: 3, because },
  ])
})

test('shrinking is refused', () => {
  expect(planTopicChanges([loose], has(9))).toEqual([
    expect.objectContaining({ do: 'refuse', because: expect.stringContaining('cannot shrink') }),
  ])
})

test('fewer replicas than the setting are refused; a log without replication has none to check', () => {
  const found = (replicas: number, partitions = 6) => [{ name: 't', partitions, replicas }]
  const because = expect.stringMatching(/^t has 2 replicas and FLYWHEEL_KAFKA_REPLICATION wants 3: /)
  const refusal = { do: 'refuse', topic: { name: 't', partitions: 6 }, from: 6, because }
  expect(planTopicChanges([keyed], found(2), { replicas: 3 })).toEqual([refusal])
  expect(planTopicChanges([keyed], found(3), { replicas: 2 })).toEqual([])
  expect(planTopicChanges([loose], found(2, 3), { replicas: 3 })).toEqual([{ ...refusal, from: 3 }])
  expect(planTopicChanges([keyed], has(6), { replicas: 3 })).toEqual([])
})

test('the reason for a topic of the map names its readers and their state', () => {
  const actual = requiredTopics().map(({ name, partitions }) => ({
    name,
    partitions: name === topic.goldAnswers ? 1 : partitions,
  }))
  expect(planTopicChanges(requiredTopics(), actual)).toEqual([
    expect.objectContaining({
      because: expect.stringMatching(
        /one agent .* judge, self-play, curator would read them out of order, and its state/,
      ),
    }),
  ])
})

test('a setting that loses records is refused, another one is named, each with both values and the command', () => {
  const compression = { topic: 't', setting: 'compression.type', is: 'zstd', should: 'uncompressed', loses: undefined }
  const policy = { topic: 't', setting: 'cleanup.policy', is: 'delete', should: 'compact', loses: 'old keys are lost' }
  const command = 'kafka-configs --alter --entity-type topics --entity-name blue.t --add-config'
  const topic = { name: 't', partitions: 6 }
  expect(planTopicChanges([keyed], has(6), { settings: [compression, policy], prefix: 'blue.' })).toEqual([
    {
      ...{ do: 'refuse', topic, from: 6 },
      because: `blue.t has cleanup.policy=delete and the map wants compact, so old keys are lost; ${command} cleanup.policy=compact`,
    },
    {
      ...{ do: 'warn', topic },
      because: `blue.t has compression.type=zstd and the map wants uncompressed; ${command} compression.type=uncompressed`,
    },
  ])
})
