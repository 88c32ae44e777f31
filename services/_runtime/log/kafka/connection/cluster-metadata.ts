import type { Cluster } from 'kafkajs'
import { Fault } from '../../../core/faults.ts'
import { type KafkaClient, openCluster } from './client.ts'

/** The brokers as one reader sees them, over connections that are made anew when they fail. */
export type ClusterMetadata = {
  /** The broker that leads a partition; undefined when that is not known. */
  readonly leader: (topic: string, partition: number) => string | undefined
  /** Finds out who leads the partitions of these topics. */
  readonly load: (topics: readonly string[]) => Promise<void>
  /** Asks who leads them now; when nobody answers, the next `locate` begins anew. */
  readonly refresh: () => Promise<void>
  /** The nearest offset to one that is outside of a partition. */
  readonly nearestOffset: (topic: string, partition: number, offset: number) => Promise<number>
  readonly cluster: () => Cluster | undefined
  readonly close: () => Promise<void>
}

export function createClusterMetadata(client: KafkaClient): ClusterMetadata {
  let cluster: Cluster | undefined
  return {
    cluster: () => cluster,
    leader(topic, partition) {
      try {
        if (!cluster?.isConnected()) return undefined
        const found = cluster.findTopicPartitionMetadata(topic).find(({ partitionId }) => partitionId === partition)
        return found && found.leader >= 0 ? String(found.leader) : undefined
      } catch {
        // Connected, and not yet told about any topic.
        return undefined
      }
    },
    async load(topics) {
      cluster ??= openCluster(client)
      // What is renewed meanwhile begins anew; this one fails as its connections do.
      const current = cluster
      await current.connect()
      await current.addMultipleTargetTopics([...topics])
      await current.refreshMetadata()
    },
    async refresh() {
      await cluster?.refreshMetadata().catch(() => {
        client.dropConnections()
        cluster = undefined
      })
    },
    async nearestOffset(topic, partition, offset) {
      const current = cluster
      if (!current) throw new Fault('FLY_BROKER', 'the connections are being made anew')
      const bound = async (fromBeginning: boolean): Promise<number> => {
        const found = await current.fetchTopicsOffset([{ topic, partitions: [{ partition }], fromBeginning }])
        return Number(found[0]?.partitions[0]?.offset)
      }
      return Math.max(await bound(true), Math.min(offset, await bound(false)))
    },
    async close() {
      await cluster?.disconnect()
      client.close()
    },
  }
}
