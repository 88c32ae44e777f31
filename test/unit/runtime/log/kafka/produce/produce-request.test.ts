import { createRequire } from 'node:module'
import fc from 'fast-check'
import type { Message } from 'kafkajs'
import { afterEach, expect, test, vi } from 'vitest'
import { encodeProduceRequest, type ProduceRequest } from '#runtime/log/kafka/produce/produce-request.ts'

const theirs: (produce: ProduceRequest) => { encode: () => Promise<{ buffer: Buffer }> } = createRequire(
  import.meta.url,
)('kafkajs/src/protocol/requests/produce/v7/request')

afterEach(() => void vi.useRealTimers())

const bytes = fc.uint8Array({ maxLength: 300 }).map(content => Buffer.from(content))
/** Around the lengths from which a varint takes another byte. */
const large = fc.constantFrom(63, 64, 8_191, 8_192).map(length => Buffer.alloc(length, 7))
const text = fc.string({ unit: 'grapheme', maxLength: 20 })
const message: fc.Arbitrary<Message> = fc.record(
  {
    key: fc.oneof(fc.constant(null), text, bytes),
    value: fc.oneof(fc.constant(null), { arbitrary: bytes, weight: 8 }, large),
    headers: fc.dictionary(text, fc.oneof(text, bytes, fc.array(text, { maxLength: 3 })), { maxKeys: 3 }),
  },
  { requiredKeys: ['key', 'value'] },
)
/** Offsets beyond one byte. */
const many = fc.tuple(message, fc.integer({ min: 60, max: 70 })).map(([one, count]) => Array<Message>(count).fill(one))
const partition = fc.record({
  partition: fc.nat(),
  firstSequence: fc.nat(),
  messages: fc.oneof({ arbitrary: fc.array(message, { minLength: 1, maxLength: 4 }), weight: 9 }, many),
})
const produce: fc.Arbitrary<ProduceRequest> = fc.record({
  acks: fc.constant(-1),
  timeout: fc.nat(),
  transactionalId: fc.option(text),
  producerId: fc.bigInt({ min: -1n, max: 2n ** 63n - 1n }).map(String),
  producerEpoch: fc.integer({ min: -1, max: 32_767 }),
  topicData: fc.array(fc.record({ topic: text, partitions: fc.array(partition, { maxLength: 3 }) }), { maxLength: 3 }),
})

test('a request to append has the bytes that kafkajs gives it', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_790_000_000_000 })
  await fc.assert(
    fc.asyncProperty(produce, async asked => {
      const { buffer } = await theirs(asked).encode()
      expect(encodeProduceRequest(asked, Date.now()).buffer.equals(buffer)).toBe(true)
    }),
  )
})

test('so has one whose values are as large as they may be', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_790_000_000_000 })
  const messages = [1_048_575, 1_048_576].map(length => ({ key: null, value: Buffer.alloc(length, 7) }))
  const about = { acks: -1, timeout: 1, producerId: 7, producerEpoch: 0 }
  const asked = {
    ...about,
    topicData: [{ topic: 'large', partitions: [{ partition: 0, firstSequence: 0, messages }] }],
  }
  const { buffer } = await theirs(asked).encode()
  expect(encodeProduceRequest(asked, Date.now()).buffer.equals(buffer)).toBe(true)
})
