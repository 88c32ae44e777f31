import type { IHeaders, Message } from 'kafkajs'
import { requiredValue } from '../../../core/checked.ts'
import { Fault } from '../../../core/faults.ts'
import type { NewRecord, TopicPartition } from '../../event-log.ts'
import { partitionOf } from '../../partitioner.ts'
import { headersSize, recordSize } from '../../record-size.ts'
import type { ClusterQuery, LeadersByPartition } from '../admin/cluster-query.ts'
import { headersFromText } from '../headers.ts'

/** The messages for one partition, in order, and about how many bytes each takes in a batch. */
export type PartitionBatch = TopicPartition & { readonly messages: Message[]; readonly sizes: number[] }

const messageOverheadBytes = 100

export type RouteRecords = (records: readonly NewRecord[]) => Promise<readonly PartitionBatch[]>

/**
 * Finds the partition of each record, and checks what can be checked before anything is sent: FLY_TOO_LARGE, and FLY_TOPIC when a
 * topic or partition does not exist. Records without a key go to the partitions of their topic in turn.
 */
export function createRecordRouter(query: Pick<ClusterQuery, 'leaders'>): RouteRecords {
  const keylessRecords = new Map<string, number>()
  return records => routeRecords(records, query, keylessRecords)
}

async function routeRecords(
  records: readonly NewRecord[],
  query: Pick<ClusterQuery, 'leaders'>,
  keylessRecords: Map<string, number>,
): Promise<readonly PartitionBatch[]> {
  const topics = [...new Set(records.map(({ topic }) => topic))]
  if (topics.length === 0) return []
  let leaders = await query.leaders(topics)
  // The topic may have grown since the metadata was loaded.
  if (records.some(record => isUnknownPartition(record, leaders))) leaders = await query.leaders(topics, true)
  const batches = new BatchMap()
  let previousHeaders: NewRecord['headers']
  let rawHeaders: IHeaders | undefined
  let headerBytes = 0
  for (const record of records) {
    const { topic, key, value, headers } = record
    // The records of a changelog share one headers object.
    if (headers !== previousHeaders) {
      previousHeaders = headers
      rawHeaders = headers && headersFromText(headers)
      headerBytes = headersSize(headers)
    }
    const bytes = recordSize(record, headerBytes)
    if (isUnknownPartition(record, leaders))
      throw new Fault('FLY_TOPIC', `topic ${topic} has no partition ${record.partition}`, { topic })
    const partition = record.partition ?? choosePartition(record, requiredValue(leaders, topic).size, keylessRecords)
    const batch = batches.get(topic, partition)
    batch.messages.push({ key, value, ...(rawHeaders && { headers: rawHeaders }) })
    batch.sizes.push(bytes + messageOverheadBytes)
  }
  return batches.all()
}

/** One batch for each partition, in the order given. */
export function mergeBatches(batches: readonly PartitionBatch[]): readonly PartitionBatch[] {
  const merged = new BatchMap()
  for (const { topic, partition, messages, sizes } of batches) {
    const batch = merged.get(topic, partition)
    for (const message of messages) batch.messages.push(message)
    for (const size of sizes) batch.sizes.push(size)
  }
  return merged.all()
}

/** Batches by topic and partition number, without a key text for each record. */
class BatchMap {
  readonly #byTopic = new Map<string, PartitionBatch[]>()

  get(topic: string, partition: number): PartitionBatch {
    let ofTopic = this.#byTopic.get(topic)
    if (!ofTopic) {
      ofTopic = []
      this.#byTopic.set(topic, ofTopic)
    }
    let batch = ofTopic[partition]
    if (!batch) {
      batch = { topic, partition, messages: [], sizes: [] }
      ofTopic[partition] = batch
    }
    return batch
  }

  /** `flat` skips the partition numbers that have none. */
  all(): readonly PartitionBatch[] {
    return [...this.#byTopic.values()].flat()
  }
}

const isUnknownPartition = ({ topic, partition = 0 }: NewRecord, leaders: LeadersByPartition): boolean =>
  !leaders.get(topic)?.has(partition)

function choosePartition({ topic, key }: NewRecord, partitions: number, keylessRecords: Map<string, number>): number {
  if (key !== null) return partitionOf(typeof key === 'string' ? Buffer.from(key) : key, partitions)
  const before = keylessRecords.get(topic) ?? 0
  keylessRecords.set(topic, before + 1)
  return before % partitions
}
