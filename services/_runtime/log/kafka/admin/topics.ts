import type { Admin, BrokerMetadata, ITopicConfig } from 'kafkajs'
import { requiredValue } from '../../../core/checked.ts'
import { Fault } from '../../../core/faults.ts'
import type { ExistingTopic, TopicPartitionCount, TopicSpec } from '../../event-log.ts'
import { type KafkaSettings, withAdmin } from '../connection/client.ts'
import { findBroker } from '../connection/kafkajs-broker.ts'
import { errorType, isTransient, toFault } from '../faults.ts'
import { retryWithBackoff } from '../retry.ts'
import type { ClusterQuery } from './cluster-query.ts'

export type TopicAdmin = {
  readonly topics: () => Promise<readonly ExistingTopic[]>
  readonly createTopics: (specs: readonly TopicSpec[]) => Promise<void>
  readonly growTopic: (topic: TopicPartitionCount) => Promise<void>
}

export function createTopicAdmin(settings: KafkaSettings, query: ClusterQuery, closing: AbortSignal): TopicAdmin {
  const change = (action: string, request: (admin: Admin) => Promise<unknown>): Promise<unknown> =>
    retryWithBackoff(
      () =>
        withAdmin(settings, request).catch(error => {
          throw toFault(error, action, { type: errorType(error) })
        }),
      (error, attempts) => isTransient(error) && attempts < 9,
      closing,
    )

  const describeCluster = (): Promise<BrokerMetadata> =>
    query.runOnCluster('list the topics', async cluster => {
      const metadata: BrokerMetadata | null = await cluster.metadata()
      // kafkajs asks one broker after the other and does not report their errors.
      if (!metadata) throw new Fault('FLY_BROKER', 'no broker lists its topics')
      return metadata
    })

  const topics = async (): Promise<readonly ExistingTopic[]> =>
    (await describeCluster()).topicMetadata
      .filter(({ topic }) => !topic.startsWith('__'))
      .map(({ topic, partitionMetadata }) => ({
        name: topic,
        partitions: partitionMetadata.length,
        replicas: Math.min(...partitionMetadata.map(({ replicas }) => replicas.length)),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))

  /** Waits until every broker knows the topics and their leaders. */
  const waitUntilReady = (wanted: readonly TopicPartitionCount[]): Promise<void> =>
    retryWithBackoff(
      () =>
        query.runOnCluster('wait for new topics', async cluster => {
          await cluster.refreshMetadata()
          for (const nodeId of cluster.getNodeIds()) {
            const broker = await findBroker(cluster, nodeId)
            const { topicMetadata } = await broker.metadata(wanted.map(({ name }) => name))
            for (const { name, partitions } of wanted) {
              const found = topicMetadata.find(({ topic }) => topic === name)?.partitionMetadata ?? []
              if (found.length < partitions || found.some(({ leader }) => leader < 0))
                throw new Fault('FLY_BROKER', `topic ${name} is not ready at broker ${nodeId}`, { topic: name })
            }
          }
        }),
      (_error, attempts) => attempts < 6,
      closing,
    )

  return {
    topics,
    async createTopics(specs) {
      const existing = new Map((await topics()).map(({ name, partitions }) => [name, partitions]))
      for (const { name, partitions } of specs)
        if ((existing.get(name) ?? partitions) !== partitions)
          throw new Fault('FLY_TOPIC', `topic ${name} has ${existing.get(name)} partitions, not ${partitions}`, {
            topic: name,
          })
      const fresh = specs.filter(({ name }) => !existing.has(name))
      if (fresh.length === 0) return
      const { length: brokers } = (await describeCluster()).brokers
      if (settings.replication > brokers)
        throw new Fault(
          'FLY_CONFIG',
          `FLYWHEEL_KAFKA_REPLICATION is ${settings.replication}, more than the number of brokers (${brokers}): start more, or lower it`,
          { replication: settings.replication, brokers },
        )
      await change('create topics', admin =>
        admin.createTopics({
          topics: fresh.map(spec => topicConfig(spec, settings.replication)),
          waitForLeaders: false,
        }),
      )
      await waitUntilReady(fresh)
    },
    async growTopic({ name, partitions }) {
      const { length: now } = requiredValue(await query.partitions([name], true), name)
      if (now > partitions)
        throw new Fault('FLY_TOPIC', `topic ${name} has ${now} partitions and cannot shrink to ${partitions}`, {
          topic: name,
        })
      if (now === partitions) return
      await change(`grow ${name}`, admin =>
        admin.createPartitions({ topicPartitions: [{ topic: name, count: partitions }] }),
      )
      await waitUntilReady([{ name, partitions }])
      await query.partitions([name], true)
    },
  }
}

function topicConfig({ name, partitions, keep }: TopicSpec, replication: number): ITopicConfig {
  const kept =
    keep === 'compact'
      ? // Kafka never compacts the segment being written. With the default of 1 GB, new readers would read that much.
        { 'cleanup.policy': 'compact', 'segment.bytes': String(64 * 1024 * 1024) }
      : { 'cleanup.policy': 'delete', 'retention.ms': keep === 'forever' ? '-1' : String(keep * 86_400_000) }
  const config = {
    ...kept,
    // Lag and retention use the time of arrival, not the writer's clock.
    'message.timestamp.type': 'LogAppendTime',
    // The broker decompresses what writers compress: kafkajs reads gzip only.
    'compression.type': 'uncompressed',
    'min.insync.replicas': replication >= 3 ? '2' : '1',
  }
  return {
    topic: name,
    numPartitions: partitions,
    replicationFactor: replication,
    configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
  }
}
