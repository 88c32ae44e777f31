import fc from 'fast-check'
import { Partitioners } from 'kafkajs'
import { expect, test } from 'vitest'
import { murmur2, partitionOf } from '#runtime/log/partitioner.ts'

test("murmur2 gives Kafka's reference values (UtilsTest.testMurmur2)", () => {
  const pinned = {
    '21': -973932308,
    foobar: -790332482,
    'a-little-bit-long-string': -985981536,
    'a-little-bit-longer-string': -1486304829,
    lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58897971,
    abc: 479470107,
  }
  for (const [key, hash] of Object.entries(pinned)) expect(murmur2(Buffer.from(key))).toBe(hash)
})

test("every key goes where kafkajs's default partitioner puts it", () => {
  const theirs = Partitioners.DefaultPartitioner()
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.integer({ min: 1, max: 200 }), (bytes, partitions) => {
      const key = Buffer.from(bytes)
      const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
        ...{ partitionId, partitionErrorCode: 0, leader: 1, replicas: [1], isr: [1] },
      }))
      const expected = theirs({ topic: 't', partitionMetadata, message: { key, value: null } })
      expect(partitionOf(key, partitions)).toBe(expected)
    }),
  )
})

test('a key that is a part of a larger buffer is hashed alone', () => {
  const large = Buffer.from('--abc--')
  expect(murmur2(large.subarray(2, 5))).toBe(murmur2(Buffer.from('abc')))
})
