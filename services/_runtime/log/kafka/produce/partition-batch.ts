import type { IHeaders, Message } from 'kafkajs'
import { Fault } from '../../../core/faults.ts'
import { maxValueBytes, type NewRecord } from '../../event-log.ts'
import { partitionOf } from '../../partitioner.ts'
import type { ClusterQuery, LeadersByPartition } from '../connection/cluster-query.ts'
import { headersFromText } from '../headers.ts'

/** Key and headers fit into what Kafka's default limit of 1,048,588 leaves beside the largest value and the framing. */
const maxKeyAndHeaderBytes = 40_000

/** What is to be sent to one partition, in order, with about how many bytes each message takes. */
export type PartitionBatch = {
  readonly topic: string
  readonly partition: number
  readonly messages: Message[]
  readonly sizes: number[]
}
/** Checks what can be checked before anything is sent, and finds each record's partition: FLY_TOO_LARGE, FLY_TOPIC. */
export async function toPartitionBatches(
  records: readonly NewRecord[],
  query: ClusterQuery,
): Promise<readonly PartitionBatch[]> {
  const topics = [...new Set(records.map(({ topic }) => topic))]
  if (topics.length === 0) return []
  let leaders = await query.leaders(topics)
  if (records.some(record => isUnknownPartition(record, leaders))) leaders = await query.leaders(topics, true)
  const found = new Map<string, PartitionBatch[]>()
  let before: NewRecord['headers']
  let raw: IHeaders | undefined
  let ofHeaders = 0
  for (const record of records) {
    const { topic, key, value, headers } = record
    const bytes = value?.length ?? 0
    // One object for all is what a changelog has.
    if (headers !== before) {
      before = headers
      raw = headers && headersFromText(headers)
      ofHeaders = headersSize(raw)
    }
    const beside = Buffer.byteLength(key ?? '') + ofHeaders
    if (bytes > maxValueBytes || beside > maxKeyAndHeaderBytes)
      throw new Fault(
        'FLY_TOO_LARGE',
        `a record for ${topic} has ${bytes} bytes, limit ${maxValueBytes}, and key and headers of ${beside}, limit ${maxKeyAndHeaderBytes}`,
        { topic, bytes, beside },
      )
    if (isUnknownPartition(record, leaders))
      throw new Fault('FLY_TOPIC', `topic ${topic} has no partition ${record.partition}`, { topic })
    const partition = record.partition ?? choosePartition(key, leaders.get(topic)?.size ?? 1)
    const bundle = batchFor(found, topic, partition)
    bundle.messages.push({ key, value, ...(raw && { headers: raw }) })
    bundle.sizes.push(bytes + beside + 100)
  }
  return [...found.values()].flat()
}

/** One bundle for each partition, in the order given. */
export function mergeBatches(bundles: readonly PartitionBatch[]): readonly PartitionBatch[] {
  const found = new Map<string, PartitionBatch[]>()
  for (const { topic, partition, messages, sizes } of bundles) {
    const bundle = batchFor(found, topic, partition)
    for (const message of messages) bundle.messages.push(message)
    for (const size of sizes) bundle.sizes.push(size)
  }
  return [...found.values()].flat()
}

function batchFor(found: Map<string, PartitionBatch[]>, topic: string, partition: number): PartitionBatch {
  const ofTopic = found.get(topic) ?? []
  found.set(topic, ofTopic)
  const bundle = ofTopic[partition] ?? { topic, partition, messages: [], sizes: [] }
  ofTopic[partition] = bundle
  return bundle
}

function headersSize(headers: IHeaders = {}): number {
  let bytes = 0
  for (const name in headers) bytes += Buffer.byteLength(name) + Buffer.byteLength(String(headers[name] ?? '')) + 10
  return bytes
}

const isUnknownPartition = ({ topic, partition = 0 }: NewRecord, leaders: LeadersByPartition): boolean =>
  !leaders.get(topic)?.has(partition)

let nextKeyless = 0

/** Without a key, partitions take turns. */
function choosePartition(key: string | Buffer | null, partitions: number): number {
  return key === null
    ? nextKeyless++ % partitions
    : partitionOf(typeof key === 'string' ? Buffer.from(key) : key, partitions)
}
