import type { Admin, BrokerMetadata } from 'kafkajs'
import { requiredValue } from '../../../core/checked.ts'
import { Fault } from '../../../core/faults.ts'
import type { ExistingTopic, SettingDifference, TopicPartitionCount, TopicSpec } from '../../event-log.ts'
import { type KafkaSettings, withAdmin } from '../connection/client.ts'
import { findBroker } from '../connection/kafkajs-broker.ts'
import { errorType, toFault } from '../faults.ts'
import { retryWithBackoff } from '../retry.ts'
import { shouldAskAgain } from './admin-connection.ts'
import type { ClusterQuery } from './cluster-query.ts'
import { comparedSettings, compareSettings, settingsForCreation } from './topic-settings.ts'

export type TopicAdmin = {
  readonly topics: () => Promise<readonly ExistingTopic[]>
  readonly createTopics: (specs: readonly TopicSpec[]) => Promise<void>
  readonly growTopic: (topic: TopicPartitionCount) => Promise<void>
  readonly settingDifferences: (specs: readonly TopicSpec[]) => Promise<readonly SettingDifference[]>
}

/** kafkajs's ConfigResourceTypes.TOPIC, which cannot be imported from an ES module. */
const topicConfigResource = 2

export function createTopicAdmin(settings: KafkaSettings, query: ClusterQuery, closing: AbortSignal): TopicAdmin {
  const runOnAdmin = <T>(action: string, request: (admin: Admin) => Promise<T>): Promise<T> =>
    retryWithBackoff(
      () =>
        withAdmin(settings, request).catch(error => {
          throw toFault(error, action, { type: errorType(error) })
        }),
      shouldAskAgain,
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
      await runOnAdmin('create topics', admin =>
        admin.createTopics({
          topics: fresh.map(spec => ({
            topic: spec.name,
            numPartitions: spec.partitions,
            replicationFactor: settings.replication,
            configEntries: [...settingsForCreation(spec, settings.replication)],
          })),
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
      await runOnAdmin(`grow ${name}`, admin =>
        admin.createPartitions({ topicPartitions: [{ topic: name, count: partitions }] }),
      )
      await waitUntilReady([{ name, partitions }])
      await query.partitions([name], true)
    },
    async settingDifferences(specs) {
      if (specs.length === 0) return []
      const resources = specs.map(({ name }) => ({
        ...{ type: topicConfigResource, name, configNames: [...comparedSettings] },
      }))
      const answer = await runOnAdmin('read the settings of the topics', admin =>
        admin.describeConfigs({ includeSynonyms: false, resources }),
      ).catch(error => {
        if (error instanceof Fault && error.details.type === 'TOPIC_AUTHORIZATION_FAILED') return undefined
        throw error
      })
      if (!answer) {
        settings.logger?.warn(
          'the settings of topics are not compared: grant DescribeConfigs on them (flywheel topics acls)',
        )
        return []
      }
      const actual = new Map(
        answer.resources.map(({ resourceName, configEntries }) => [
          resourceName,
          new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
        ]),
      )
      return specs.flatMap(spec =>
        compareSettings(spec, settings.replication, actual.get(spec.name) ?? new Map<string, string>()),
      )
    },
  }
}
