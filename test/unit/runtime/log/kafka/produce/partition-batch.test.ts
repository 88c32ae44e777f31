import { expect, test } from 'vitest'
import type { NewRecord } from '#runtime/log/event-log.ts'
import { createRecordRouter, mergeBatches, type PartitionBatch } from '#runtime/log/kafka/produce/partition-batch.ts'
import { partitionOf } from '#runtime/log/partitioner.ts'
import { maxValueBytes } from '#runtime/log/record-size.ts'

/** Leaders of topics with so many partitions. `fresh` are the counts that the brokers have and the cache does not. */
function clusterOf(counts: Readonly<Record<string, number>>, fresh = counts) {
  const requests: boolean[] = []
  return {
    requests,
    leaders: async (topics: readonly string[], isFresh = false) => {
      requests.push(isFresh)
      const known = isFresh ? fresh : counts
      return new Map(
        topics.map(topic => [topic, new Map(Array.from({ length: known[topic] ?? 0 }, (_, number) => [number, 1]))]),
      )
    },
  }
}

const record = (topic: string, key: string | null, value: string): NewRecord => ({
  ...{ topic, key, value: Buffer.from(value) },
})

/** `topic/partition: values` of each batch. */
const describeBatches = (batches: readonly PartitionBatch[]): readonly string[] =>
  batches.map(({ topic, partition, messages }) => `${topic}/${partition}: ${messages.map(one => one.value).join(' ')}`)

test('records are batched by the partition of their key, in order', async () => {
  const route = createRecordRouter(clusterOf({ a: 3 }))
  const partition = partitionOf(Buffer.from('k'), 3)
  expect(describeBatches(await route([record('a', 'k', '1'), record('a', 'k', '2')]))).toEqual([`a/${partition}: 1 2`])
})

test('records without a key go to the partitions of their topic in turn', async () => {
  const route = createRecordRouter(clusterOf({ a: 2, b: 2 }))
  const values = ['1', '2', '3'].flatMap(value => [record('a', null, value), record('b', null, value)])
  expect(describeBatches(await route(values)).toSorted()).toEqual(['a/0: 1 3', 'a/1: 2', 'b/0: 1 3', 'b/1: 2'])
  expect(describeBatches(await route([record('a', null, '4')]))).toEqual(['a/1: 4'])
})

test('a partition that the cache does not know is looked up again', async () => {
  const grown = clusterOf({ a: 1 }, { a: 2 })
  expect(describeBatches(await createRecordRouter(grown)([{ ...record('a', 'k', '1'), partition: 1 }]))).toEqual([
    'a/1: 1',
  ])
  expect(grown.requests).toEqual([false, true])
})

test('a partition that does not exist is FLY_TOPIC, a record that is too large FLY_TOO_LARGE', async () => {
  const route = createRecordRouter(clusterOf({ a: 1 }))
  await expect(route([{ ...record('a', 'k', '1'), partition: 7 }])).rejects.toMatchObject({ code: 'FLY_TOPIC' })
  const tooLarge = { topic: 'a', key: null, value: Buffer.alloc(maxValueBytes + 1) }
  await expect(route([record('a', 'k', '1'), tooLarge])).rejects.toMatchObject({ code: 'FLY_TOO_LARGE' })
})

test('batches of several calls are merged, in the order of the calls', async () => {
  const route = createRecordRouter(clusterOf({ a: 1, b: 1 }))
  const batches = [
    ...(await route([record('a', 'k', '1'), record('b', 'k', '1')])),
    ...(await route([record('a', 'k', '2')])),
  ]
  expect(describeBatches(mergeBatches(batches))).toEqual(['a/0: 1 2', 'b/0: 1'])
})
