import { rejectOnTimeout } from '../../core/deadline.ts'
import type { EventLog } from '../event-log.ts'
import { type ClusterQuery, createClusterQuery } from './admin/cluster-query.ts'
import { createOffsetQueries } from './admin/offsets.ts'
import { createTopicAdmin } from './admin/topics.ts'
import { verifyTransactionSupport } from './admin/transaction-support.ts'
import type { KafkaSettings } from './connection/client.ts'
import { connectionFault } from './connection/connection-fault.ts'
import { findReachableBroker } from './connection/kafkajs-broker.ts'
import { joinGroup } from './consume/group.ts'
import { createReader } from './consume/read.ts'
import { createAppender } from './produce/append.ts'
import { createIdempotentProducer } from './produce/producer.ts'

/**
 * The event log on Apache Kafka, or on a server with its protocol. FLY_BROKER after ten seconds at most when the brokers do not answer
 * what they are asked. FLY_CONFIG when they refuse the user, have a certificate that is not trusted, or do not support transactions.
 */
export async function openKafkaLog(settings: KafkaSettings): Promise<EventLog> {
  const query = createClusterQuery(settings)
  try {
    await connect(settings, query)
  } catch (error) {
    query.close().catch(() => {})
    throw error
  }
  const closing = new AbortController()
  const appender = createAppender(() => createIdempotentProducer(settings), query)
  const admin = createTopicAdmin(settings, query, closing.signal)
  const read = createReader(settings, query, closing.signal)
  const members = new Set<Promise<void>>()
  return {
    append: appender.append,
    read,
    topics: admin.topics,
    createTopics: admin.createTopics,
    settingDifferences: admin.settingDifferences,
    ...createOffsetQueries(query),
    join(group, topics, consume, signal, onMembership = () => {}) {
      const membership = { settings, query, group, topics, consume, onMembership }
      const member = joinGroup(membership, AbortSignal.any([signal, closing.signal]))
      const settled = member.catch(() => {}).finally(() => members.delete(settled))
      members.add(settled)
      return member
    },
    async growTopic(topic) {
      await admin.growTopic(topic)
      appender.resetProducer()
    },
    async close() {
      closing.abort()
      await Promise.all(members)
      await appender.close()
      await query.close()
    },
  }
}

/** Everything that opening the log waits for takes this long at most. */
const connectTimeoutMs = 10_000
/** The rest of the time is for finding out why there is no coordinator. */
const coordinatorTimeoutMs = 8_000

async function connect(settings: KafkaSettings, query: ClusterQuery): Promise<void> {
  const coordinatorDeadline = Date.now() + coordinatorTimeoutMs
  let answered = false
  let finished = false
  const reachBrokers = (): Promise<unknown> =>
    query.runOnCluster('connect', async cluster => {
      await cluster.refreshMetadata()
      answered = true
      return findReachableBroker(cluster)
    })
  const verify = async (): Promise<void> => {
    await reachBrokers().catch(error => {
      throw connectionFault(settings, error, answered)
    })
    await verifyTransactionSupport(settings, query, coordinatorDeadline)
  }
  const verified = verify().finally(() => {
    finished = true
  })
  await rejectOnTimeout(connectTimeoutMs, 'connect', verified).catch(error => {
    throw finished ? error : connectionFault(settings, error, answered)
  })
}
