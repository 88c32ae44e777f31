import type { EventLog } from '../event-log.ts'
import { type ClusterQuery, createClusterQuery } from './admin/cluster-query.ts'
import { createOffsetQueries } from './admin/offsets.ts'
import { createTopicAdmin } from './admin/topics.ts'
import { verifyTransactionSupport } from './admin/transaction-support.ts'
import type { KafkaSettings } from './connection/client.ts'
import { connectionFault } from './connection/connection-fault.ts'
import { joinGroup } from './consume/group.ts'
import { countRecords, createReader } from './consume/read.ts'
import { createAppender } from './produce/append.ts'
import { createIdempotentProducer } from './produce/producer.ts'
import { rejectOnTimeout } from './retry.ts'

/**
 * The event log on Apache Kafka, or on a server with its protocol. FLY_BROKER after ten seconds when no broker answers. FLY_CONFIG
 * when the brokers refuse the user, have a certificate that is not trusted, or do not support transactions.
 */
export async function openKafkaLog(settings: KafkaSettings): Promise<EventLog> {
  const query = createClusterQuery(settings)
  try {
    await verifyConnection(settings, query)
    await verifyTransactionSupport(settings, query)
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
    count: topic => countRecords(read, topic),
    join(group, topics, consume, signal) {
      const member = joinGroup({ settings, query, group, topics, consume }, AbortSignal.any([signal, closing.signal]))
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

async function verifyConnection(settings: KafkaSettings, query: ClusterQuery): Promise<void> {
  try {
    await rejectOnTimeout(
      10_000,
      'connect',
      query.runOnCluster('connect', cluster => cluster.metadata()),
    )
  } catch (error) {
    throw connectionFault(settings, error)
  }
}
