import type { Cluster } from 'kafkajs'
import { Fault } from '../../../core/faults.ts'
import type { EventLog, LogRecord, PartitionBounds, PartitionLag, Position, TopicPartition } from '../../event-log.ts'
import { groupHasMembersFault, partitionKey, positionProblem } from '../../positions.ts'
import { findBroker, findCoordinator, groupCoordinator } from '../connection/kafkajs-broker.ts'
import { committedRecords } from '../consume/committed-records.ts'
import { errorType } from '../faults.ts'
import { type ByPartition, entryOf, type PartitionsByTopic } from './by-partition.ts'
import type { ClusterQuery } from './cluster-query.ts'

/** Bytes of one fetch that looks for a record. A broker sends one whole batch at least. */
const lagFetchBytes = 65_536

/** The questions of the event log that are answered with offsets. */
export function createOffsetQueries(
  query: ClusterQuery,
): Pick<EventLog, 'lag' | 'positionsAt' | 'committed' | 'resetPositions' | 'bounds'> {
  /**
   * Between a group's position and the end there may be transaction markers only, so one record is fetched: without one the
   * lag is 0, and its append time is needed anyway.
   */
  const partitionLag = async (committed: number | null, bounds: PartitionBounds): Promise<PartitionLag> => {
    const { topic, partition, begin, end } = bounds
    const at = { topic, partition }
    const problem = positionProblem(committed, bounds)
    const from = committed === null || problem ? begin : committed
    const action = `read the first record of ${partitionKey(at)}`
    const first =
      from < end ? await query.runOnCluster(action, cluster => firstVisibleRecord(cluster, at, from, end)) : undefined
    const lag = { ...at, records: first ? end - first.offset : 0, oldest: first?.timestamp ?? null }
    return problem ? { ...lag, problem } : lag
  }

  const boundsOf = async (partitions: PartitionsByTopic): Promise<readonly PartitionBounds[]> => {
    const [begins, ends] = await Promise.all([query.offsets('start', partitions), query.offsets('end', partitions)])
    return toPositions(begins, offset => offset).map(({ topic, partition, offset: begin }) => ({
      ...{ topic, partition, begin },
      end: entryOf(ends, { topic, partition }),
    }))
  }

  return {
    async lag(group, topics) {
      const partitions = await query.partitions(topics)
      // The positions first: they move on, and must not be taken for positions after an end that was looked up before.
      const committed = await query.committed(group, partitions)
      const bounds = await boundsOf(partitions)
      return Promise.all(
        bounds.map(one => {
          const { offset } = entryOf(committed, one)
          return partitionLag(offset < 0 ? null : offset, one)
        }),
      )
    },
    async bounds(topics) {
      return boundsOf(await query.partitions(topics))
    },
    async resetPositions(group, positions) {
      const byTopic = Map.groupBy(positions, ({ topic }) => topic)
      const topics = Array.from(byTopic, ([topic, all]) => ({
        topic,
        partitions: all.map(({ partition, offset }) => ({ partition, offset: String(offset) })),
      }))
      await query.runOnCluster(`set the positions of ${group}`, async cluster => {
        const coordinator = await findCoordinator(cluster, { groupId: group, coordinatorType: groupCoordinator })
        // Without a member id. The coordinator takes that only for a group that has no members.
        const request = { groupId: group, groupGenerationId: -1, memberId: '', topics }
        await coordinator.offsetCommit(request).catch(error => {
          throw isMembershipError(error) ? groupHasMembersFault(group) : error
        })
      })
    },
    async positionsAt(topics, time) {
      const partitions = await query.partitions(topics)
      // The ends first: a record appended between the two requests is found, or is at or after the end.
      const ends = await query.offsets('end', partitions)
      // Negative times have other meanings in Kafka's protocol.
      const timestamp = Math.min(Math.max(0, Math.ceil(time)), Number.MAX_SAFE_INTEGER)
      const found = await query.offsets({ time: timestamp }, partitions)
      return toPositions(found, offset => offset).map(at => (at.offset < 0 ? { ...at, offset: entryOf(ends, at) } : at))
    },
    async committed(group, topics) {
      const found = await query.committed(group, await query.partitions(topics))
      return toPositions(found, ({ offset }) => offset).filter(({ offset }) => offset >= 0)
    },
  }
}

/** The first visible record of [from, end). */
async function firstVisibleRecord(
  cluster: Cluster,
  { topic, partition }: TopicPartition,
  from: number,
  end: number,
): Promise<LogRecord | undefined> {
  const [leader] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]))
  if (leader === undefined) throw new Fault('FLY_BROKER', `partition ${partition} of ${topic} has no leader now`)
  const broker = await findBroker(cluster, leader)
  for (let position = from; position < end; ) {
    const { responses } = await broker.fetch({
      ...{ isolationLevel: 1, minBytes: 1, maxWaitTime: 0, maxBytes: lagFetchBytes },
      topics: [{ topic, partitions: [{ partition, fetchOffset: String(position), maxBytes: lagFetchBytes }] }],
    })
    const [fetched] = responses.flatMap(({ partitions }) => partitions)
    if (!fetched) throw new Fault('FLY_BROKER', `the broker left partition ${partition} of ${topic} out of a fetch`)
    const { records, next } = committedRecords(topic, position, fetched)
    if (records[0]) return records[0].offset < end ? records[0] : undefined
    // Only batches that compaction emptied are left.
    if (next === position) return undefined
    position = next
  }
  return undefined
}

const toPositions = <T>(entries: ByPartition<T>, offsetOf: (entry: T) => number): Position[] =>
  [...entries].flatMap(([topic, byNumber]) =>
    Array.from(byNumber, ([partition, entry]) => ({ topic, partition, offset: offsetOf(entry) })),
  )

/** How the coordinator refuses positions from outside of a group that has members. */
const isMembershipError = (error: unknown): boolean =>
  ['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS'].includes(errorType(error))
