import type { EventLog } from '../event-log.ts'
import { createLagQuery } from './admin/lag.ts'
import { createPositionQueries } from './admin/positions.ts'
import { createTopicAdmin } from './admin/topics.ts'
import type { KafkaSettings } from './connection/client.ts'
import { type ClusterQuery, createClusterQuery } from './connection/cluster-query.ts'
import { connectionFault } from './connection/connection-fault.ts'
import { verifyTransactionSupport } from './connection/transaction-support.ts'
import { joinGroup } from './consume/group.ts'
import { countRecords, createReader } from './consume/read.ts'
import { withTimeout } from './faults.ts'
import { createAppender } from './produce/append.ts'

/**
 * The event log on Apache Kafka, or what speaks its protocol. FLY_BROKER within ten seconds when no broker answers; FLY_CONFIG
 * when they refuse this user, are not to be trusted, or cannot do transactions.
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
  const appender = createAppender(settings, query)
  const admin = createTopicAdmin(settings, query, closing.signal)
  const read = createReader(settings, query, closing.signal)
  const members = new Set<Promise<void>>()
  return {
    append: appender.append,
    read,
    topics: admin.topics,
    createTopics: admin.createTopics,
    lag: createLagQuery(query),
    ...createPositionQueries(query),
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
    await withTimeout(
      10_000,
      'connect',
      query.runOnCluster('connect', cluster => cluster.metadata()),
    )
  } catch (error) {
    throw connectionFault(settings, error)
  }
}
