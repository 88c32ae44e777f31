import type { Message } from 'kafkajs'
import { measureBatch, writeBatch } from './record-batch.ts'

/** A produce request as kafkajs describes it. Versions 3 to 7 have the same bytes. */
export type ProduceRequest = {
  readonly acks: number
  readonly timeout: number
  readonly compression?: number
  readonly transactionalId?: string | null | undefined
  /** A 64-bit number; brokers' responses have it as text. */
  readonly producerId: number | string
  readonly producerEpoch: number
  readonly topicData: readonly ProduceTopic[]
}
type ProduceTopic = { readonly topic: string; readonly partitions: readonly ProducePartition[] }
type ProducePartition = {
  readonly partition: number
  readonly firstSequence: number
  readonly messages: readonly Message[]
}

type EncodedRequest = { readonly buf: Buffer; readonly buffer: Buffer }
/** The body of a produce request, in the form that kafkajs sends. `now` is the timestamp of all records, in ms since 1970. */
export function encodeProduceRequest(produce: ProduceRequest, now: number): EncodedRequest {
  const { acks, timeout, transactionalId = null, producerId, producerEpoch, topicData } = produce
  const header = { producerId: BigInt(producerId), producerEpoch, transactional: !!transactionalId, timestamp: now }
  const topics = topicData.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(partition => ({ ...partition, sizes: measureBatch(partition.messages) })),
  }))
  const size = topics.reduce(
    (sum, { topic, partitions }) =>
      partitions.reduce((inner, { sizes }) => inner + 8 + sizes.bytes, sum + stringSize(topic) + 4),
    stringSize(transactionalId) + 10,
  )
  const bytes = Buffer.allocUnsafeSlow(size)
  let at = writeString(bytes, 0, transactionalId)
  at = bytes.writeInt16BE(acks, at)
  at = bytes.writeInt32BE(timeout, at)
  at = bytes.writeInt32BE(topics.length, at)
  for (const { topic, partitions } of topics) {
    at = writeString(bytes, at, topic)
    at = bytes.writeInt32BE(partitions.length, at)
    for (const { partition, firstSequence, messages, sizes } of partitions) {
      at = bytes.writeInt32BE(partition, at)
      at = bytes.writeInt32BE(sizes.bytes, at)
      at = writeBatch(bytes, at, messages, sizes, { ...header, firstSequence })
    }
  }
  return { buf: bytes, buffer: bytes }
}

const stringSize = (text: string | null): number => 2 + (text === null ? 0 : Buffer.byteLength(text))

function writeString(bytes: Buffer, from: number, text: string | null): number {
  if (text === null) return bytes.writeInt16BE(-1, from)
  const length = bytes.write(text, from + 2)
  bytes.writeInt16BE(length, from)
  return from + 2 + length
}
