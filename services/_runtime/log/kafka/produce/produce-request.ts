import { createRequire } from 'node:module'
import type { Message } from 'kafkajs'
import { planBatch, writeBatch } from './record-batch.ts'

/** What kafkajs puts into a request to append; versions 3 to 7 of it are alike. */
export type Produce = {
  readonly acks: number
  readonly timeout: number
  readonly compression?: number
  readonly transactionalId?: string | null | undefined
  /** A 64-bit number, as text where the broker gave it. */
  readonly producerId: number | string
  readonly producerEpoch: number
  readonly topicData: readonly Topic[]
}
type Topic = { readonly topic: string; readonly partitions: readonly Partition[] }
type Partition = { readonly partition: number; readonly firstSequence: number; readonly messages: readonly Message[] }

type Encoded = { readonly buf: Buffer; readonly buffer: Buffer }
type Made = { readonly request: { readonly encode: () => Promise<Encoded> } }
type Definition = { protocol: (asked: { readonly version: number }) => (produce: Produce) => Made }

const path = 'kafkajs/src/protocol/requests/produce'
let replaced = false

/**
 * kafkajs 2.2.4 makes several buffers of 512 zeroed bytes for each record and copies each record four times: more work than all
 * the rest of a step. From here on its requests to append are written by this file, in one pass and into one buffer; their
 * bytes are the same, as a test shows. What we never send (compressed batches, timestamps of their own) is left to kafkajs.
 */
export function writeRequestsHere(): void {
  if (replaced) return
  replaced = true
  const definition: Definition = createRequire(import.meta.url)(path)
  const { protocol } = definition
  definition.protocol = asked => produce => {
    const made = protocol(asked)(produce)
    if (asked.version < 3 || !isPlain(produce)) return made
    return { ...made, request: { ...made.request, encode: async () => encodeProduce(produce, Date.now()) } }
  }
}

const isPlain = ({ compression = 0, topicData }: Produce): boolean =>
  compression === 0 &&
  topicData.every(({ partitions }) =>
    partitions.every(({ messages }) => messages.every(({ timestamp }) => timestamp === undefined)),
  )

/** The body of a request to append, as kafkajs takes it. `now` is the timestamp of all its records. */
export function encodeProduce(produce: Produce, now: number): Encoded {
  const { acks, timeout, transactionalId = null, producerId, producerEpoch, topicData } = produce
  const stamp = { producerId: BigInt(producerId), producerEpoch, transactional: !!transactionalId, timestamp: now }
  const topics = topicData.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(partition => ({ ...partition, plan: planBatch(partition.messages) })),
  }))
  const size = topics.reduce(
    (sum, { topic, partitions }) =>
      partitions.reduce((inner, { plan }) => inner + 8 + plan.bytes, sum + textSize(topic) + 4),
    textSize(transactionalId) + 10,
  )
  const bytes = Buffer.allocUnsafeSlow(size)
  let at = writeText(bytes, 0, transactionalId)
  at = bytes.writeInt16BE(acks, at)
  at = bytes.writeInt32BE(timeout, at)
  at = bytes.writeInt32BE(topics.length, at)
  for (const { topic, partitions } of topics) {
    at = writeText(bytes, at, topic)
    at = bytes.writeInt32BE(partitions.length, at)
    for (const { partition, firstSequence, messages, plan } of partitions) {
      at = bytes.writeInt32BE(partition, at)
      at = bytes.writeInt32BE(plan.bytes, at)
      at = writeBatch(bytes, at, messages, plan, { ...stamp, firstSequence })
    }
  }
  return { buf: bytes, buffer: bytes }
}

const textSize = (text: string | null): number => 2 + (text === null ? 0 : Buffer.byteLength(text))

function writeText(bytes: Buffer, from: number, text: string | null): number {
  if (text === null) return bytes.writeInt16BE(-1, from)
  const length = bytes.write(text, from + 2)
  bytes.writeInt16BE(length, from)
  return from + 2 + length
}
