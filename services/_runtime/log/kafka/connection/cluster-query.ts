import type { Cluster } from 'kafkajs'
import { Fault } from '../../../core/faults.ts'
import { createAdminConnection, type RunOnCluster } from './admin-connection.ts'
import type { KafkaSettings } from './client.ts'

/** Offsets by topic, then by partition number. */
export type OffsetsByPartition = ReadonlyMap<string, ReadonlyMap<number, number>>

/** Partition numbers by topic. */
export type PartitionsByTopic = ReadonlyMap<string, readonly number[]>

/** The broker that leads each partition, by topic and number; -1 where there is none now. */
export type LeadersByPartition = ReadonlyMap<string, ReadonlyMap<number, number>>

type OffsetSpec = 'start' | 'end' | { readonly time: number }

export type ClusterQuery = {
  /** FLY_TOPIC when a topic does not exist. `fresh` asks the broker in any case. */
  readonly leaders: (topics: readonly string[], fresh?: boolean) => Promise<LeadersByPartition>
  /** All partitions of these topics, in order; under the same terms. */
  readonly partitions: (topics: readonly string[], fresh?: boolean) => Promise<PartitionsByTopic>
  /**
   * Where the log begins, or ends for a reader of committed records, or the offset of the first record that was appended at
   * or after a time: -1 where there is none.
   */
  readonly offsets: (where: OffsetSpec, of: PartitionsByTopic) => Promise<OffsetsByPartition>
  /** What a group committed, with the note of the commit; offset -1 where there is nothing. */
  readonly committed: (group: string, of: PartitionsByTopic) => Promise<CommittedOffsets>
  /** Anything else, with the same patience. */
  readonly runOnCluster: RunOnCluster
  readonly close: () => Promise<void>
}

export type CommittedOffsets = ReadonlyMap<
  string,
  ReadonlyMap<number, { readonly offset: number; readonly commitMarker: string }>
>

/** What is to be known about topics and groups. */
export function createClusterQuery(settings: KafkaSettings): ClusterQuery {
  const { runOnCluster, cachedCluster, close } = createAdminConnection(settings)

  const loadMetadata = async (on: Cluster, topics: readonly string[], fresh: boolean): Promise<void> => {
    await on.addMultipleTargetTopics([...topics])
    await (fresh ? on.refreshMetadata() : on.refreshMetadataIfNecessary())
  }

  let leadersRefreshedAt = 0
  /** Every send asks this: it need not wait for others' questions. */
  const cachedLeaders = (topics: readonly string[], fresh: boolean): Promise<LeadersByPartition> | undefined => {
    const cluster = cachedCluster()
    if (fresh || !cluster || Date.now() - leadersRefreshedAt > 30_000) return undefined
    try {
      return Promise.resolve(findLeaders(cluster, topics))
    } catch {
      return undefined
    }
  }

  const leaders: ClusterQuery['leaders'] = (topics, fresh = false) =>
    cachedLeaders(topics, fresh) ??
    runOnCluster(`find the topics ${topics.join(', ')}`, async on => {
      await loadMetadata(on, topics, fresh)
      const found = findLeaders(on, topics)
      leadersRefreshedAt = Date.now()
      return found
    })

  return {
    runOnCluster: runOnCluster,
    leaders,
    partitions: async (topics, fresh) =>
      new Map([...(await leaders(topics, fresh))].map(([topic, of]) => [topic, [...of.keys()].sort((a, b) => a - b)])),
    offsets: (where, of) =>
      runOnCluster(`ask for offsets of ${[...of.keys()].join(', ')}`, async on => {
        await loadMetadata(on, [...of.keys()], false)
        const spot = typeof where === 'string' ? { fromBeginning: where === 'start' } : { fromTimestamp: where.time }
        const asked = [...of].map(([topic, numbers]) => ({
          topic,
          partitions: numbers.map(partition => ({ partition })),
          ...spot,
        }))
        const found = await on.fetchTopicsOffset(asked)
        const table = new Map(
          found.map(({ topic, partitions }) => [
            topic,
            new Map(partitions.map(({ partition, offset }) => [partition, Number(offset)])),
          ]),
        )
        for (const [topic, numbers] of of)
          for (const partition of numbers)
            if (!table.get(topic)?.has(partition))
              throw new Fault('FLY_BROKER', `partition ${partition} of ${topic} has no leader now`, {
                topic,
                partition,
              })
        return table
      }),
    committed: (group, of) =>
      runOnCluster(`ask what ${group} committed`, async on => {
        const coordinator = await on.findGroupCoordinator({ groupId: group })
        const topics = [...of].map(([topic, numbers]) => ({
          topic,
          partitions: numbers.map(partition => ({ partition, offset: '-1' })),
        }))
        const { responses } = await coordinator.offsetFetch({ groupId: group, topics })
        const noted = responses as readonly {
          topic: string
          partitions: readonly { partition: number; offset: string; metadata?: string | null }[]
        }[]
        return new Map(
          noted.map(({ topic, partitions }) => [
            topic,
            new Map(
              partitions.map(({ partition, offset, metadata }) => [
                partition,
                { offset: Number(offset), commitMarker: metadata ?? '' },
              ]),
            ),
          ]),
        )
      }),
    close,
  }
}

function findLeaders(cluster: Cluster, topics: readonly string[]): LeadersByPartition {
  const found = topics.map(topic => {
    const partitions = cluster.findTopicPartitionMetadata(topic)
    if (partitions.length === 0) throw new Fault('FLY_TOPIC', `topic ${topic} does not exist`, { topic })
    return [topic, new Map(partitions.map(({ partitionId, leader }) => [partitionId, leader]))] as const
  })
  return new Map(found)
}
