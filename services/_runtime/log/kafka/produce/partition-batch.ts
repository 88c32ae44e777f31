import type { IHeaders, Message } from 'kafkajs'
import { Fault } from '../../../core/faults.ts'
import type { NewRecord } from '../../event-log.ts'
import { partitionOf } from '../../partitioner.ts'
import { headersSize, recordSize } from '../../record-size.ts'
import type { ClusterQuery, LeadersByPartition } from '../connection/cluster-query.ts'
import { headersFromText } from '../headers.ts'

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
    // One object for all is what a changelog has.
    if (headers !== before) {
      before = headers
      raw = headers && headersFromText(headers)
      ofHeaders = headersSize(headers)
    }
    const bytes = recordSize(record, ofHeaders)
    if (isUnknownPartition(record, leaders))
      throw new Fault('FLY_TOPIC', `topic ${topic} has no partition ${record.partition}`, { topic })
    const partition = record.partition ?? choosePartition(key, leaders.get(topic)?.size ?? 1)
    const bundle = batchFor(found, topic, partition)
    bundle.messages.push({ key, value, ...(raw && { headers: raw }) })
    bundle.sizes.push(bytes + 100)
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

const isUnknownPartition = ({ topic, partition = 0 }: NewRecord, leaders: LeadersByPartition): boolean =>
  !leaders.get(topic)?.has(partition)

let nextKeyless = 0

/** Without a key, partitions take turns. */
function choosePartition(key: string | Buffer | null, partitions: number): number {
  return key === null
    ? nextKeyless++ % partitions
    : partitionOf(typeof key === 'string' ? Buffer.from(key) : key, partitions)
}
