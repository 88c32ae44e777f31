import type { Cluster } from 'kafkajs'
import { at } from '../../../core/checked.ts'
import { Fault } from '../../../core/faults.ts'
import type { PartitionBounds } from '../../event-log.ts'
import { type KafkaClient, openCluster } from '../connection/client.ts'

/** The brokers and leaders that one fetcher knows, over connections that are reopened when they fail. */
export type ClusterMetadata = {
  /** The broker that leads a partition; undefined when that is not known. */
  readonly leader: (topic: string, partition: number) => string | undefined
  /** Loads the leaders of the partitions of these topics. */
  readonly load: (topics: readonly string[]) => Promise<void>
  /** Loads them again. When no broker answers, the next `load` reconnects. */
  readonly refresh: () => Promise<void>
  readonly bounds: (topic: string, partition: number) => Promise<Pick<PartitionBounds, 'begin' | 'end'>>
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
        // Connected, but no metadata has been loaded.
        return undefined
      }
    },
    async load(topics) {
      cluster ??= openCluster(client)
      // `refresh` may replace the cluster meanwhile; then this one's connections fail.
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
    async bounds(topic, partition) {
      const current = cluster
      if (!current) throw new Fault('FLY_BROKER', 'the connections are being reopened')
      const bound = async (fromBeginning: boolean): Promise<number> => {
        const found = await current.fetchTopicsOffset([{ topic, partitions: [{ partition }], fromBeginning }])
        return Number(at(at(found, 0).partitions, 0).offset)
      }
      return { begin: await bound(true), end: await bound(false) }
    },
    async close() {
      await cluster?.disconnect()
      client.close()
    },
  }
}
