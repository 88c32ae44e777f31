import { describe, expect, test } from 'vitest'
import { requiredTopics } from '#topology/derive/required-topics.ts'
import { planTopicChanges } from '#topology/derive/topic-changes.ts'
import { topic } from '#topology/topic-names.ts'

const keyed = { name: 't', partitions: 6, keep: 7, breaks: 'order would break' } as const
const loose = { name: 't', partitions: 6, keep: 7 } as const
const has = (partitions: number) => [{ name: 't', partitions }]

test('a missing topic is created as it is wanted', () => {
  expect(planTopicChanges([keyed], [])).toEqual([{ do: 'create', topic: { name: 't', partitions: 6, keep: 7 } }])
})

test('a topic as it is wanted needs nothing, and topics of others are left alone', () => {
  expect(planTopicChanges([keyed], [...has(6), { name: 'not-ours', partitions: 1 }])).toEqual([])
})

test('a topic whose keys nobody relies on is grown', () => {
  expect(planTopicChanges([loose], has(3))).toEqual([{ do: 'grow', topic: { name: 't', partitions: 6 }, from: 3 }])
})

describe('growing a keyed topic', () => {
  test('is refused, and the refusal says what would break', () => {
    const because =
      't has 3 partitions and the map wants 6, but growing moves keys: order would break; let the map say 3'
    expect(planTopicChanges([keyed], has(3))).toEqual([
      { do: 'refuse', topic: { name: 't', partitions: 6 }, from: 3, because },
    ])
  })

  test('is done when it is forced', () => {
    expect(planTopicChanges([keyed], has(3), { force: true })).toEqual([
      { do: 'grow', topic: { name: 't', partitions: 6 }, from: 3 },
    ])
  })
})

test('shrinking is refused, forced or not', () => {
  for (const force of [false, true])
    expect(planTopicChanges([loose], has(9), { force })).toEqual([
      expect.objectContaining({ do: 'refuse', because: expect.stringContaining('cannot shrink') }),
    ])
})

test('fewer replicas than are set are refused; where a log has none of its own, nothing is said of them', () => {
  const found = (replicas: number, partitions = 6) => [{ name: 't', partitions, replicas }]
  const because = expect.stringMatching(/^t has 2 replicas and FLYWHEEL_KAFKA_REPLICATION wants 3: /)
  const refusal = { do: 'refuse', topic: { name: 't', partitions: 6 }, from: 6, because }
  expect(planTopicChanges([keyed], found(2), { replicas: 3 })).toEqual([refusal])
  expect(planTopicChanges([keyed], found(3), { replicas: 2 })).toEqual([])
  expect(planTopicChanges([loose], found(2, 3), { replicas: 3 })).toEqual([{ ...refusal, from: 3 }])
  expect(planTopicChanges([keyed], has(6), { replicas: 3 })).toEqual([])
})

test('the refusal for a topic of the map names its readers and what they remember', () => {
  const actual = requiredTopics().map(({ name, partitions }) => ({
    name,
    partitions: name === topic.goldAnswers ? 1 : partitions,
  }))
  expect(planTopicChanges(requiredTopics(), actual)).toEqual([
    expect.objectContaining({
      because: expect.stringMatching(
        /one agent .* judge, self-play, curator would see them out of order, and the memory/,
      ),
    }),
  ])
})
