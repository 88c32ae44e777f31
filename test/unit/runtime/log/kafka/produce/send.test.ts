import { expect, test } from 'vitest'
import { Fault } from '#runtime/core/faults.ts'
import type { ProducerBatch } from '#runtime/log/kafka/connection/kafkajs-broker.ts'
import type { PartitionBatch } from '#runtime/log/kafka/produce/partition-batch.ts'
import { sendBatches } from '#runtime/log/kafka/produce/send.ts'

const batchOf = (topic: string, sizes: readonly number[]): PartitionBatch => ({
  ...{ topic, partition: 0, sizes: [...sizes] },
  messages: sizes.map((_size, index) => ({ key: null, value: Buffer.from(String(index)) })),
})

/** Brokers that lead the topics. */
const ledBy = (nodes: Readonly<Record<string, number>>) => ({
  leaders: async (topics: readonly string[]) =>
    new Map(topics.map(topic => [topic, new Map([[0, nodes[topic] ?? -1]])])),
})

/** Acknowledges requests after the faults given; `requests` are the values sent, `node topic: values` for each batch. */
function producerWith(...faults: readonly Fault[]) {
  const left = [...faults]
  const requests: string[][] = []
  const ends = new Map<string, number>()
  return {
    requests,
    async send(node: number, batches: readonly ProducerBatch[]) {
      requests.push(
        batches.map(({ topic, messages }) => `${node} ${topic}: ${messages.map(one => one.value).join('')}`),
      )
      const fault = left.shift()
      if (fault) throw fault
      return batches.map(({ topic, messages }) => {
        const base = ends.get(topic) ?? 100
        ends.set(topic, base + messages.length)
        return base
      })
    },
  }
}

const notLeader = new Fault('FLY_BROKER', 'not the leader', { type: 'NOT_LEADER_FOR_PARTITION' })
const lost = new Fault('FLY_BROKER', 'connection lost', { type: 'KafkaJSConnectionError' })

test('a request has one batch of each partition; what does not fit into it follows in order', async () => {
  const producer = producerWith()
  const batches = [batchOf('a', [500_000, 400_000, 1, 900_000]), batchOf('b', [1])]
  const ends = await sendBatches(producer, batches, ledBy({ a: 1, b: 1 }))
  expect(producer.requests).toEqual([['1 a: 01', '1 b: 0'], ['1 a: 2'], ['1 a: 3']])
  expect(ends).toEqual([
    { topic: 'a', partition: 0, offset: 104 },
    { topic: 'b', partition: 0, offset: 101 },
  ])
})

test('each broker gets the partitions that it leads', async () => {
  const producer = producerWith()
  await sendBatches(producer, [batchOf('a', [1]), batchOf('b', [1])], ledBy({ a: 1, b: 2 }))
  expect(producer.requests).toEqual([['1 a: 0'], ['2 b: 0']])
})

test('a request that wrote nothing is repeated as it was', async () => {
  const producer = producerWith(notLeader, notLeader)
  await sendBatches(producer, [batchOf('a', [900_000, 1])], ledBy({ a: 1 }))
  expect(producer.requests).toEqual([['1 a: 0'], ['1 a: 0'], ['1 a: 0'], ['1 a: 1']])
})

test('a request of which it is not known whether it was written is repeated only where the caller allows it', async () => {
  const once = producerWith(lost)
  await expect(sendBatches(once, [batchOf('a', [1])], ledBy({ a: 1 }))).rejects.toBe(lost)
  expect(once.requests).toHaveLength(1)
  const again = producerWith(lost)
  await sendBatches(again, [batchOf('a', [1])], ledBy({ a: 1 }), () => true)
  expect(again.requests).toHaveLength(2)
})
