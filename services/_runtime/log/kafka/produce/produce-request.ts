import { createRequire } from 'node:module'
import type { Message } from 'kafkajs'
import { measureBatch, writeBatch } from './record-batch.ts'

/** What kafkajs puts into a request to append; versions 3 to 7 of it are alike. */
export type ProduceRequest = {
  readonly acks: number
  readonly timeout: number
  readonly compression?: number
  readonly transactionalId?: string | null | undefined
  /** A 64-bit number, as text where the broker gave it. */
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
type KafkajsRequest = { readonly request: { readonly encode: () => Promise<EncodedRequest> } }
type KafkajsRequestDefinition = {
  protocol: (asked: { readonly version: number }) => (produce: ProduceRequest) => KafkajsRequest
}

const kafkajsProduceModule = 'kafkajs/src/protocol/requests/produce'
let encoderReplaced = false

/**
 * kafkajs 2.2.4 makes several buffers of 512 zeroed bytes for each record and copies each record four times: more work than all
 * the rest of a step. From here on its requests to append are written by this file, in one pass and into one buffer; their
 * bytes are the same, as a test shows. What we never send (compressed batches, timestamps of their own) is left to kafkajs.
 */
export function replaceProduceEncoder(): void {
  if (encoderReplaced) return
  encoderReplaced = true
  const definition: KafkajsRequestDefinition = createRequire(import.meta.url)(kafkajsProduceModule)
  const { protocol } = definition
  definition.protocol = asked => produce => {
    const made = protocol(asked)(produce)
    if (asked.version < 3 || !isSupported(produce)) return made
    return { ...made, request: { ...made.request, encode: async () => encodeProduceRequest(produce, Date.now()) } }
  }
}

const isSupported = ({ compression = 0, topicData }: ProduceRequest): boolean =>
  compression === 0 &&
  topicData.every(({ partitions }) =>
    partitions.every(({ messages }) => messages.every(({ timestamp }) => timestamp === undefined)),
  )

/** The body of a request to append, as kafkajs takes it. `now` is the timestamp of all its records. */
export function encodeProduceRequest(produce: ProduceRequest, now: number): EncodedRequest {
  const { acks, timeout, transactionalId = null, producerId, producerEpoch, topicData } = produce
  const stamp = { producerId: BigInt(producerId), producerEpoch, transactional: !!transactionalId, timestamp: now }
  const topics = topicData.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(partition => ({ ...partition, plan: measureBatch(partition.messages) })),
  }))
  const size = topics.reduce(
    (sum, { topic, partitions }) =>
      partitions.reduce((inner, { plan }) => inner + 8 + plan.bytes, sum + stringSize(topic) + 4),
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
    for (const { partition, firstSequence, messages, plan } of partitions) {
      at = bytes.writeInt32BE(partition, at)
      at = bytes.writeInt32BE(plan.bytes, at)
      at = writeBatch(bytes, at, messages, plan, { ...stamp, firstSequence })
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
