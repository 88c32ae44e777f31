import type { IHeaders, Message } from 'kafkajs'
import { Fault } from '../../../core/faults.ts'
import { maxRecordBytes, type NewRecord } from '../../event-log.ts'
import { partitionOf } from '../../partitioner.ts'
import type { Leaders, Query } from '../connection/query.ts'
import { bytesOf } from '../headers.ts'

/** Key and headers fit into what Kafka's default limit of 1,048,588 leaves beside the largest value and the framing. */
const maxBesideBytes = 40_000

/** What is to be sent to one partition, in order, with about how many bytes each message takes. */
export type Bundle = {
  readonly topic: string
  readonly partition: number
  readonly messages: Message[]
  readonly sizes: number[]
}
/** Checks what can be checked before anything is sent, and finds each record's partition: FLY_TOO_LARGE, FLY_TOPIC. */
export async function route(records: readonly NewRecord[], query: Query): Promise<readonly Bundle[]> {
  const topics = [...new Set(records.map(({ topic }) => topic))]
  if (topics.length === 0) return []
  let leaders = await query.leaders(topics)
  if (records.some(record => missing(record, leaders))) leaders = await query.leaders(topics, true)
  const found = new Map<string, Bundle[]>()
  let before: NewRecord['headers']
  let raw: IHeaders | undefined
  let ofHeaders = 0
  for (const record of records) {
    const { topic, key, value, headers } = record
    const bytes = value?.length ?? 0
    // One object for all is what a changelog has.
    if (headers !== before) {
      before = headers
      raw = headers && bytesOf(headers)
      ofHeaders = sizeOf(raw)
    }
    const beside = Buffer.byteLength(key ?? '') + ofHeaders
    if (bytes > maxRecordBytes || beside > maxBesideBytes)
      throw new Fault(
        'FLY_TOO_LARGE',
        `a record for ${topic} has ${bytes} bytes, limit ${maxRecordBytes}, and key and headers of ${beside}, limit ${maxBesideBytes}`,
        { topic, bytes, beside },
      )
    if (missing(record, leaders))
      throw new Fault('FLY_TOPIC', `topic ${topic} has no partition ${record.partition}`, { topic })
    const partition = record.partition ?? partitionFor(key, leaders.get(topic)?.size ?? 1)
    const bundle = bundleOf(found, topic, partition)
    bundle.messages.push({ key, value, ...(raw && { headers: raw }) })
    bundle.sizes.push(bytes + beside + 100)
  }
  return [...found.values()].flat()
}

/** One bundle for each partition, in the order given. */
export function merged(bundles: readonly Bundle[]): readonly Bundle[] {
  const found = new Map<string, Bundle[]>()
  for (const { topic, partition, messages, sizes } of bundles) {
    const bundle = bundleOf(found, topic, partition)
    for (const message of messages) bundle.messages.push(message)
    for (const size of sizes) bundle.sizes.push(size)
  }
  return [...found.values()].flat()
}

function bundleOf(found: Map<string, Bundle[]>, topic: string, partition: number): Bundle {
  const ofTopic = found.get(topic) ?? []
  found.set(topic, ofTopic)
  const bundle = ofTopic[partition] ?? { topic, partition, messages: [], sizes: [] }
  ofTopic[partition] = bundle
  return bundle
}

function sizeOf(headers: IHeaders = {}): number {
  let bytes = 0
  for (const name in headers) bytes += Buffer.byteLength(name) + Buffer.byteLength(String(headers[name] ?? '')) + 10
  return bytes
}

const missing = ({ topic, partition = 0 }: NewRecord, leaders: Leaders): boolean => !leaders.get(topic)?.has(partition)

let turn = 0

/** Without a key, partitions take turns. */
function partitionFor(key: string | Buffer | null, partitions: number): number {
  return key === null ? turn++ % partitions : partitionOf(typeof key === 'string' ? Buffer.from(key) : key, partitions)
}
