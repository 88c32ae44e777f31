import type { Cluster } from 'kafkajs'
import { Fault } from '../../../core/faults.ts'
import type { KafkaSettings } from '../connection/client.ts'
import { findCoordinator, groupCoordinator } from '../connection/kafkajs-broker.ts'
import { createAdminConnection, type RunOnCluster } from './admin-connection.ts'
import type { ByPartition, PartitionsByTopic } from './by-partition.ts'
import { type CommittedOffset, fetchCommittedOffsets } from './committed-offsets.ts'

/** The node id of the broker that leads each partition; -1 where there is none at the moment. */
export type LeadersByPartition = ByPartition<number>

type OffsetSpec = 'start' | 'end' | { readonly time: number }

/** Reads what the brokers know of topics and groups. */
export type ClusterQuery = {
  /** FLY_TOPIC when a topic does not exist. Answers from cached metadata unless `fresh`. */
  readonly leaders: (topics: readonly string[], fresh?: boolean) => Promise<LeadersByPartition>
  /** The partition numbers of these topics, in order; otherwise like `leaders`. */
  readonly partitions: (topics: readonly string[], fresh?: boolean) => Promise<PartitionsByTopic>
  /**
   * The first offset, the end for a reader of committed records, or the offset of the first record that was appended at or after
   * a time, -1 where there is none. It has every partition that was asked for.
   */
  readonly offsets: (spec: OffsetSpec, partitions: PartitionsByTopic) => Promise<ByPartition<number>>
  /**
   * What a group committed, as far as its coordinator knows: one that was replaced a moment ago may not know it yet. It has every
   * partition that was asked for.
   */
  readonly committed: (group: string, partitions: PartitionsByTopic) => Promise<ByPartition<CommittedOffset>>
  readonly runOnCluster: RunOnCluster
  readonly close: () => Promise<void>
}

/** Leaders are taken from kafkajs's metadata for this long: every send needs them, and should not wait in line for them. */
const leadersMaxAgeMs = 30_000

export function createClusterQuery(settings: KafkaSettings): ClusterQuery {
  const { runOnCluster, cachedCluster, close } = createAdminConnection(settings)
  let leadersRefreshedAt = 0

  const cachedLeaders = (topics: readonly string[]): LeadersByPartition | undefined => {
    const cluster = cachedCluster()
    if (!cluster || Date.now() - leadersRefreshedAt > leadersMaxAgeMs) return undefined
    try {
      return findLeaders(cluster, topics)
    } catch {
      // One of the topics is not in the metadata.
      return undefined
    }
  }

  const leaders: ClusterQuery['leaders'] = async (topics, fresh = false) =>
    (fresh ? undefined : cachedLeaders(topics)) ??
    runOnCluster(`find the topics ${topics.join(', ')}`, async cluster => {
      await loadMetadata(cluster, topics, fresh)
      const found = findLeaders(cluster, topics)
      leadersRefreshedAt = Date.now()
      return found
    })

  return {
    runOnCluster,
    leaders,
    async partitions(topics, fresh) {
      const found = await leaders(topics, fresh)
      return new Map(Array.from(found, ([topic, byNumber]) => [topic, [...byNumber.keys()].sort((a, b) => a - b)]))
    },
    offsets: (spec, partitions) =>
      runOnCluster(`look up offsets of ${[...partitions.keys()].join(', ')}`, async cluster => {
        await loadMetadata(cluster, [...partitions.keys()], false)
        const bound = typeof spec === 'string' ? { fromBeginning: spec === 'start' } : { fromTimestamp: spec.time }
        const found = await cluster.fetchTopicsOffset(
          Array.from(partitions, ([topic, numbers]) => ({
            ...{ topic, partitions: numbers.map(partition => ({ partition })) },
            ...bound,
          })),
        )
        return complete(
          toEntries(found, ({ offset }) => Number(offset)),
          partitions,
        )
      }),
    committed: (group, partitions) =>
      runOnCluster(`look up the committed offsets of ${group}`, async cluster => {
        const coordinator = await findCoordinator(cluster, { groupId: group, coordinatorType: groupCoordinator })
        return complete(await fetchCommittedOffsets(coordinator, group, partitions), partitions)
      }),
    close,
  }
}

async function loadMetadata(cluster: Cluster, topics: readonly string[], fresh: boolean): Promise<void> {
  await cluster.addMultipleTargetTopics([...topics])
  await (fresh ? cluster.refreshMetadata() : cluster.refreshMetadataIfNecessary())
}

function findLeaders(cluster: Cluster, topics: readonly string[]): LeadersByPartition {
  const found = topics.map(topic => {
    const partitions = cluster.findTopicPartitionMetadata(topic)
    if (partitions.length === 0) throw new Fault('FLY_TOPIC', `topic ${topic} does not exist`, { topic })
    return [topic, new Map(partitions.map(({ partitionId, leader }) => [partitionId, leader]))] as const
  })
  return new Map(found)
}

type TopicEntries<P> = { readonly topic: string; readonly partitions: readonly P[] }

const toEntries = <P extends { readonly partition: number }, T>(
  topics: readonly TopicEntries<P>[],
  toEntry: (partition: P) => T,
): ByPartition<T> =>
  new Map(topics.map(({ topic, partitions }) => [topic, new Map(partitions.map(one => [one.partition, toEntry(one)]))]))

/** kafkajs leaves out partitions that have no leader at the moment. */
function complete<T>(entries: ByPartition<T>, partitions: PartitionsByTopic): ByPartition<T> {
  for (const [topic, numbers] of partitions)
    for (const partition of numbers)
      if (!entries.get(topic)?.has(partition))
        throw new Fault('FLY_BROKER', `partition ${partition} of ${topic} has no leader now`, { topic, partition })
  return entries
}
