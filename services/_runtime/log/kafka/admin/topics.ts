import type { Admin, BrokerMetadata, ITopicConfig } from 'kafkajs'
import { Fault } from '../../../core/faults.ts'
import type { ExistingTopic, TopicPartitionCount, TopicSpec } from '../../event-log.ts'
import { createKafkaClient, type KafkaSettings } from '../connection/client.ts'
import type { ClusterQuery } from '../connection/cluster-query.ts'
import { errorType, retryWithBackoff, toFault } from '../faults.ts'

export type TopicAdmin = {
  readonly topics: () => Promise<readonly ExistingTopic[]>
  readonly createTopics: (specs: readonly TopicSpec[]) => Promise<void>
  readonly growTopic: (topic: TopicPartitionCount) => Promise<void>
}

export function createTopicAdmin(settings: KafkaSettings, query: ClusterQuery, closing: AbortSignal): TopicAdmin {
  const withAdmin = <T>(doing: string, ask: (admin: Admin) => Promise<T>): Promise<T> =>
    retryWithBackoff(
      async () => {
        const { kafka, close } = createKafkaClient(settings)
        const admin = kafka.admin()
        try {
          await admin.connect()
          return await ask(admin)
        } catch (error) {
          throw toFault(error, doing, { type: errorType(error) })
        } finally {
          await admin.disconnect().catch(() => {})
          close()
        }
      },
      (error, tries) => error instanceof Fault && error.code === 'FLY_BROKER' && tries < 8,
      closing,
    )

  const describeCluster = (): Promise<BrokerMetadata> =>
    query.runOnCluster('list the topics', async cluster => {
      const metadata: BrokerMetadata | null = await cluster.metadata()
      // kafkajs asks one broker after the other and keeps their errors to itself.
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

  /** Every broker answers for itself: waits until all of them know the topics and their leaders. */
  const waitUntilReady = (wanted: readonly TopicPartitionCount[]): Promise<void> =>
    retryWithBackoff(
      () =>
        query.runOnCluster('wait for new topics', async cluster => {
          await cluster.refreshMetadata()
          for (const nodeId of cluster.getNodeIds()) {
            const broker = await cluster.findBroker({ nodeId: String(nodeId) })
            const { topicMetadata } = await broker.metadata(wanted.map(({ name }) => name))
            for (const { name, partitions } of wanted) {
              const found = topicMetadata.find(({ topic }) => topic === name)?.partitionMetadata ?? []
              if (found.length < partitions || found.some(({ leader }) => leader < 0))
                throw new Fault('FLY_BROKER', `topic ${name} is not ready at broker ${nodeId}`, { topic: name })
            }
          }
        }),
      (_error, tries) => tries < 5,
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
          `FLYWHEEL_KAFKA_REPLICATION is ${settings.replication}, more than there are brokers (${brokers}): start more, or lower it`,
          { replication: settings.replication, brokers },
        )
      await withAdmin('create topics', admin =>
        admin.createTopics({
          topics: fresh.map(spec => topicConfig(spec, settings.replication)),
          waitForLeaders: false,
        }),
      )
      await waitUntilReady(fresh)
    },
    async growTopic({ name, partitions }) {
      const now = (await query.partitions([name], true)).get(name)?.length ?? 0
      if (now > partitions)
        throw new Fault('FLY_TOPIC', `topic ${name} has ${now} partitions, which cannot become ${partitions}`, {
          topic: name,
        })
      if (now === partitions) return
      await withAdmin(`grow ${name}`, admin =>
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
      ? // The segment being written is never compacted, and Kafka's default of 1 GB would be read by each new follower.
        { 'cleanup.policy': 'compact', 'segment.bytes': String(64 * 1024 * 1024) }
      : { 'cleanup.policy': 'delete', 'retention.ms': keep === 'forever' ? '-1' : String(keep * 86_400_000) }
  const config = {
    ...kept,
    // Lag and retention go by when a record arrived, not by its writer's clock.
    'message.timestamp.type': 'LogAppendTime',
    // Whatever a production system's client compresses with, kafkajs can read it.
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
