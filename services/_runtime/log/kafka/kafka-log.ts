import type { EventLog } from '../event-log.ts'
import { createLag } from './admin/lag.ts'
import { createPositions } from './admin/positions.ts'
import { createTopicAdmin } from './admin/topics.ts'
import type { KafkaSettings } from './connection/client.ts'
import { createQuery, type Query } from './connection/query.ts'
import { refusal } from './connection/refusal.ts'
import { verifyTransactions } from './connection/requirements.ts'
import { join } from './consume/group.ts'
import { count, createReader } from './consume/read.ts'
import { within } from './faults.ts'
import { createAppender } from './produce/append.ts'

/**
 * The event log on Apache Kafka, or what speaks its protocol. FLY_BROKER within ten seconds when no broker answers; FLY_CONFIG
 * when they refuse this user, are not to be trusted, or cannot do transactions.
 */
export async function openKafkaLog(settings: KafkaSettings): Promise<EventLog> {
  const query = createQuery(settings)
  try {
    await greet(settings, query)
    await verifyTransactions(settings, query)
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
    lag: createLag(query),
    ...createPositions(query),
    count: topic => count(read, topic),
    join(group, topics, work, signal) {
      const member = join({ settings, query, group, topics, work }, AbortSignal.any([signal, closing.signal]))
      const settled = member.catch(() => {}).finally(() => members.delete(settled))
      members.add(settled)
      return member
    },
    async growTopic(topic) {
      await admin.growTopic(topic)
      appender.renew()
    },
    async close() {
      closing.abort()
      await Promise.all(members)
      await appender.close()
      await query.close()
    },
  }
}

async function greet(settings: KafkaSettings, query: Query): Promise<void> {
  try {
    await within(
      10_000,
      'connect',
      query.use('connect', cluster => cluster.metadata()),
    )
  } catch (error) {
    throw refusal(settings, error)
  }
}
