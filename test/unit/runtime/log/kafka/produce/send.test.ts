import { expect, test } from 'vitest'
import { Fault } from '#runtime/core/faults.ts'
import type { ProducerBatch } from '#runtime/log/kafka/connection/kafkajs-broker.ts'
import type { PartitionBatch } from '#runtime/log/kafka/produce/partition-batch.ts'
import { endsOf, sendBatches, startSending } from '#runtime/log/kafka/produce/send.ts'

const batchOf = (topic: string, sizes: readonly number[]): PartitionBatch => ({
  ...{ topic, partition: 0, sizes: [...sizes] },
  messages: sizes.map((_size, index) => ({ key: null, value: Buffer.from(String(index)) })),
})

/** Brokers that lead the topics. */
const ledBy = (nodes: Readonly<Record<string, number>>) => ({
  leaders: async (topics: readonly string[]) =>
    new Map(topics.map(topic => [topic, new Map([[0, nodes[topic] ?? -1]])])),
})

/**
 * Answers each request with the next of `answers`: a fault for all of it, or faults for some of its topics; acknowledges the rest.
 * `requests` are the values sent, `node topic: values` for each batch.
 */
function producerWith(...answers: readonly (Fault | Readonly<Record<string, Fault>>)[]) {
  const left = [...answers]
  const requests: string[][] = []
  const ends = new Map<string, number>()
  return {
    requests,
    async send(node: number, batches: readonly ProducerBatch[]) {
      requests.push(
        batches.map(({ topic, messages }) => `${node} ${topic}: ${messages.map(one => one.value).join('')}`),
      )
      const answer = left.shift() ?? {}
      if (answer instanceof Fault) throw answer
      return batches.map(({ topic, messages }) => {
        const refusal = answer[topic]
        if (refusal) return refusal
        const base = ends.get(topic) ?? 100
        ends.set(topic, base + messages.length)
        return base
      })
    },
  }
}

const throwFault = (fault: Fault): never => {
  throw fault
}
const never = (): boolean => false

/** `topic: done/all refused indexes` of each partition after sending. */
async function send(
  producer: ReturnType<typeof producerWith>,
  batches: readonly PartitionBatch[],
  shouldRetry: (fault: Fault) => boolean = throwFault,
  nodes: Readonly<Record<string, number>> = { a: 1, b: 1 },
) {
  const sendings = startSending(batches)
  await sendBatches(producer, sendings, ledBy(nodes), shouldRetry)
  return sendings.map(({ batch, refused }) => `${batch.topic}: ${[...refused.keys()].join(' ') || 'all sent'}`)
}

const notLeader = new Fault('FLY_BROKER', 'not the leader', { type: 'NOT_LEADER_FOR_PARTITION' })
const tooLarge = new Fault('FLY_TOO_LARGE', 'too large', { type: 'MESSAGE_TOO_LARGE' })
const lost = new Fault('FLY_BROKER', 'connection lost', { type: 'KafkaJSConnectionError' })

test('a request has one batch of each partition; what does not fit into it follows in order', async () => {
  const producer = producerWith()
  const batches = [batchOf('a', [500_000, 400_000, 1, 900_000]), batchOf('b', [1])]
  const sendings = startSending(batches)
  await sendBatches(producer, sendings, ledBy({ a: 1, b: 1 }), throwFault)
  expect(producer.requests).toEqual([['1 a: 01', '1 b: 0'], ['1 a: 2'], ['1 a: 3']])
  expect(endsOf(sendings)).toEqual([
    { topic: 'a', partition: 0, offset: 104 },
    { topic: 'b', partition: 0, offset: 101 },
  ])
})

test('each broker gets the partitions that it leads', async () => {
  const producer = producerWith()
  await send(producer, [batchOf('a', [1]), batchOf('b', [1])], throwFault, { a: 1, b: 2 })
  expect(producer.requests).toEqual([['1 a: 0'], ['2 b: 0']])
})

test('a request that wrote nothing is repeated as it was', async () => {
  const producer = producerWith(notLeader, notLeader)
  await send(producer, [batchOf('a', [900_000, 1])])
  expect(producer.requests).toEqual([['1 a: 0'], ['1 a: 0'], ['1 a: 0'], ['1 a: 1']])
})

test('a request of which it is not known whether it was written is repeated only where the caller allows it', async () => {
  const once = producerWith(lost)
  await expect(send(once, [batchOf('a', [1])])).rejects.toBe(lost)
  expect(once.requests).toHaveLength(1)
  const again = producerWith(lost)
  await send(again, [batchOf('a', [1])], () => true)
  expect(again.requests).toHaveLength(2)
})

test('what the broker acknowledged of a request is not sent again with what it refused', async () => {
  const producer = producerWith({ b: notLeader })
  await send(producer, [batchOf('a', [1]), batchOf('b', [1])])
  expect(producer.requests).toEqual([['1 a: 0', '1 b: 0'], ['1 b: 0']])
})

test('a partition that is refused for good does not affect another one', async () => {
  const forbidden = new Fault('FLY_CONFIG', 'forbidden', { type: 'TOPIC_AUTHORIZATION_FAILED' })
  const producer = producerWith({ b: forbidden })
  const outcome = await send(producer, [batchOf('a', [900_000, 1]), batchOf('b', [900_000, 1])], never)
  expect(outcome).toEqual(['a: all sent', 'b: 0 1'])
  expect(producer.requests).toEqual([['1 a: 0', '1 b: 0'], ['1 a: 1']])
})

test('a batch that is too large for the broker is sent in halves', async () => {
  const producer = producerWith({ a: tooLarge }, { a: tooLarge })
  expect(await send(producer, [batchOf('a', [10, 10, 10, 10, 10, 10, 10, 10]), batchOf('b', [1])])).toEqual([
    'a: all sent',
    'b: all sent',
  ])
  expect(producer.requests).toEqual([
    ['1 a: 01234567', '1 b: 0'],
    ['1 a: 0123'],
    ['1 a: 01'],
    ['1 a: 23'],
    ['1 a: 45'],
    ['1 a: 67'],
  ])
})

test('a single record that is too large is refused, and the others of its partition are sent', async () => {
  const producer = producerWith({ a: tooLarge }, {}, { a: tooLarge })
  const sendings = startSending([batchOf('a', [10, 100, 10])])
  await sendBatches(producer, sendings, ledBy({ a: 1 }), never)
  expect(producer.requests).toEqual([['1 a: 012'], ['1 a: 0'], ['1 a: 1'], ['1 a: 2']])
  expect(sendings[0]?.refused.get(1)).toMatchObject({
    code: 'FLY_TOO_LARGE',
    message: expect.stringMatching(/100 bytes is larger than a accepts: raise max.message.bytes/),
  })
  expect(sendings[0]?.refused.size).toBe(1)
})

test('a topic that was deleted does not affect another one', async () => {
  const producer = producerWith()
  const gone = new Fault('FLY_TOPIC', 'topic b does not exist')
  const query = {
    leaders: async (topics: readonly string[]) => {
      if (topics.includes('b')) throw gone
      return ledBy({ a: 1 }).leaders(topics)
    },
  }
  const sendings = startSending([batchOf('a', [1]), batchOf('b', [1])])
  await sendBatches(producer, sendings, query, never)
  expect(sendings.map(({ refused }) => refused.get(0))).toEqual([undefined, gone])
})
