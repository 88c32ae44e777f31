import type { Cluster } from 'kafkajs'
import type { EventLog, LogRecord, PartitionLag } from '../../event-log.ts'
import type { ClusterQuery } from '../connection/cluster-query.ts'
import { committedRecords, type FetchedPartition } from '../consume/committed-records.ts'

/** What one look at a partition brings at most; a broker sends at least one whole batch. */
const lagFetchBytes = 65_536

/**
 * How far a group is behind the last record that its readers could see. Between its position and the end there may be
 * nothing but transaction markers, so where they differ one record is fetched: it tells, and has the time.
 */
export function createLagQuery(query: ClusterQuery): EventLog['lag'] {
  const partitionLag = async (at: PartitionRange, committed = -1): Promise<PartitionLag> => {
    const { topic, partition, start, end } = at
    const from = Math.max(committed, start)
    const look = (cluster: Cluster) => firstVisibleRecord(cluster, topic, partition, from, end)
    const first = from < end ? await query.runOnCluster(`look at ${topic}/${partition}`, look) : undefined
    return { topic, partition, records: first ? end - first.offset : 0, oldest: first?.timestamp ?? null }
  }

  return async (group, topics) => {
    const of = await query.partitions(topics)
    const [committed, starts, ends] = await Promise.all([
      query.committed(group, of),
      query.offsets('start', of),
      query.offsets('end', of),
    ])
    const ranges = [...of].flatMap(([topic, numbers]) =>
      numbers.map(partition => ({
        ...{ topic, partition },
        start: starts.get(topic)?.get(partition) ?? 0,
        end: ends.get(topic)?.get(partition) ?? 0,
      })),
    )
    return Promise.all(ranges.map(at => partitionLag(at, committed.get(at.topic)?.get(at.partition)?.offset)))
  }
}

type PartitionRange = {
  readonly topic: string
  readonly partition: number
  readonly start: number
  readonly end: number
}

/** The first visible record at or after an offset, before the end. */
async function firstVisibleRecord(
  cluster: Cluster,
  topic: string,
  partition: number,
  from: number,
  end: number,
): Promise<LogRecord | undefined> {
  const [node] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]))
  const broker = await cluster.findBroker({ nodeId: node ?? '' })
  for (let position = from; position < end; ) {
    const response: { responses: { partitions: FetchedPartition[] }[] } = await broker.fetch({
      ...{ isolationLevel: 1, minBytes: 1, maxWaitTime: 0, maxBytes: lagFetchBytes },
      topics: [{ topic, partitions: [{ partition, fetchOffset: String(position), maxBytes: lagFetchBytes }] }],
    })
    const [fetched] = response.responses[0]?.partitions ?? []
    if (!fetched) return undefined
    const { records, next } = committedRecords(topic, position, fetched)
    if (records[0]) return records[0].offset < end ? records[0] : undefined
    // Only batches that compaction emptied are left.
    if (next === position) return undefined
    position = next
  }
  return undefined
}
