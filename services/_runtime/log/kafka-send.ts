import type { Message, ProducerBatch, RecordMetadata } from 'kafkajs'
import { Fault } from '../faults.ts'
import { maxRecordBytes, type NewRecord, type Position } from '../log.ts'
import { toFault } from './kafka-faults.ts'
import { bytesOf } from './kafka-headers.ts'
import type { OpenProducer } from './kafka-producer.ts'
import type { Leaders, Query } from './kafka-query.ts'
import { partitionOf } from './partitioner.ts'

/** Key and headers fit into what Kafka's default limit of 1,048,588 leaves beside the largest value and the framing. */
const maxBesideBytes = 40_000

/** kafkajs makes one batch of what a request holds for a partition, and a broker refuses a batch above 1,048,588 bytes. */
const limits = { batchBytes: 900_000, batchRecords: 1_000, requestBytes: 8_000_000 } as const

const mostTries = 200

/** What is to be sent to one partition, in order. */
export type Bundle = { readonly topic: string; readonly partition: number; readonly messages: readonly Sized[] }
/** What is left of a bundle; `end` is the offset after what was acknowledged of it. */
type Unsent = { readonly topic: string; readonly partition: number; messages: Sized[]; end: number }
type Sized = { readonly message: Message; readonly bytes: number }

/** Something that sends requests, each once and to one broker. */
export type Sender = Pick<OpenProducer, 'watch'> & {
  readonly sendBatch: (batch: ProducerBatch) => Promise<RecordMetadata[]>
}

/**
 * Sends each partition's records in order and makes sure that each was acknowledged. `again` says for which failures a request
 * is repeated, exactly as it was: an idempotent producer's broker knows what it has already. Answers with the offset after
 * the last record of each partition.
 */
export async function send(
  sender: Sender,
  bundles: readonly Bundle[],
  query: Query,
  again: (fault: Fault) => boolean,
): Promise<readonly Position[]> {
  const all = merged(bundles)
  let left = all
  for (let tries = 1; left.length > 0; tries++) {
    const leaders = await query.leaders([...new Set(left.map(({ topic }) => topic))], tries > 1)
    const parts = Map.groupBy(left, ({ topic, partition }) => leaders.get(topic)?.get(partition)).values()
    const failures: Fault[] = []
    await Promise.all([...parts].map(part => sendTo(sender, part).catch(fault => failures.push(fault))))
    const fatal = failures.find(fault => tries >= mostTries || !(fault.about.notSent || again(fault)))
    if (fatal) throw fatal
    left = left.filter(({ messages }) => messages.length > 0)
    if (left.length > 0) await new Promise(resolve => setTimeout(resolve, Math.min(100, 2 ** tries)))
  }
  return all.map(({ topic, partition, end }) => ({ topic, partition, offset: end }))
}

/** Checks what can be checked before anything is sent, and finds each record's partition: FLY_TOO_LARGE, FLY_TOPIC. */
export async function route(records: readonly NewRecord[], query: Query): Promise<readonly Bundle[]> {
  const topics = [...new Set(records.map(({ topic }) => topic))]
  if (topics.length === 0) return []
  let leaders = await query.leaders(topics)
  if (records.some(record => missing(record, leaders))) leaders = await query.leaders(topics, true)
  return merged(
    records.map(record => {
      const { topic, key, value, headers } = record
      const bytes = value?.length ?? 0
      const beside = Buffer.byteLength(key ?? '') + (headers ? Buffer.byteLength(JSON.stringify(headers)) : 0)
      if (bytes > maxRecordBytes || beside > maxBesideBytes)
        throw new Fault(
          'FLY_TOO_LARGE',
          `a record for ${topic} has ${bytes} bytes, limit ${maxRecordBytes}, and key and headers of ${beside}, limit ${maxBesideBytes}`,
          { topic, bytes, beside },
        )
      if (missing(record, leaders))
        throw new Fault('FLY_TOPIC', `topic ${topic} has no partition ${record.partition}`, { topic })
      const partition = record.partition ?? partitionFor(key, leaders.get(topic)?.size ?? 1)
      const message: Message = { key, value, partition, ...(headers && { headers: bytesOf(headers) }) }
      return { topic, partition, messages: [{ message, bytes: bytes + beside + 100 }] }
    }),
  )
}

/** One bundle for each partition, in the order given. */
function merged(bundles: readonly Bundle[]): Unsent[] {
  const found = new Map<string, Unsent>()
  for (const { topic, partition, messages } of bundles) {
    const place = `${topic}/${partition}`
    const bundle = found.get(place)
    if (bundle) bundle.messages.push(...messages)
    else found.set(place, { topic, partition, messages: [...messages], end: 0 })
  }
  return [...found.values()]
}

const missing = ({ topic, partition = 0 }: NewRecord, leaders: Leaders): boolean => !leaders.get(topic)?.has(partition)

let turn = 0

/** Without a key, partitions take turns. */
function partitionFor(key: string | Buffer | null, partitions: number): number {
  return key === null ? turn++ % partitions : partitionOf(typeof key === 'string' ? Buffer.from(key) : key, partitions)
}

/** Sends what is for one broker, request after request; what was acknowledged is taken out of the bundles. */
async function sendTo(sender: Sender, bundles: readonly Unsent[]): Promise<void> {
  for (;;) {
    const request = new Map<Unsent, number>()
    let bytes = 0
    for (const bundle of bundles) {
      if (bytes > limits.requestBytes || bundle.messages.length === 0) continue
      const cut = countWithin(bundle.messages)
      for (const sized of bundle.messages.slice(0, cut)) bytes += sized.bytes
      request.set(bundle, cut)
    }
    if (request.size === 0) return
    const topicMessages = [...request].map(([{ topic, messages }, cut]) => ({
      topic,
      messages: messages.slice(0, cut).map(({ message }) => message),
    }))
    sender.watch(topicMessages.flatMap(({ messages }) => messages.slice(0, 1)))
    const acknowledged = await sender.sendBatch({ acks: -1, timeout: 10_000, topicMessages }).catch(error => {
      throw toFault(error, 'send')
    })
    const places = new Map(acknowledged.map(one => [`${one.topicName}/${one.partition}`, Number(one.baseOffset)]))
    for (const [bundle, cut] of request) {
      // kafkajs leaves out, without a word, partitions whose leader it does not know.
      const first = places.get(`${bundle.topic}/${bundle.partition}`)
      if (first === undefined)
        throw new Fault('FLY_BROKER', `partition ${bundle.partition} of ${bundle.topic} was not acknowledged`)
      bundle.end = first + cut
      bundle.messages = bundle.messages.slice(cut)
    }
  }
}

/** How many messages fit; always the same for the same messages, so that the broker knows a repeated batch. */
function countWithin(messages: readonly Sized[]): number {
  let bytes = 0
  const over = messages.findIndex((sized, index) => {
    bytes += sized.bytes
    return index > 0 && (bytes > limits.batchBytes || index >= limits.batchRecords)
  })
  return over < 0 ? messages.length : over
}
