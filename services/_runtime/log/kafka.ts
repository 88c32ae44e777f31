import { Fault } from '../faults.ts'
import type { EventLog } from '../log.ts'
import { createAppender } from './kafka-append.ts'
import type { KafkaSettings } from './kafka-client.ts'
import { within } from './kafka-faults.ts'
import { join } from './kafka-group.ts'
import { createLag } from './kafka-lag.ts'
import { createQuery, type Query } from './kafka-query.ts'
import { count, createReader } from './kafka-read.ts'
import { createTopicAdmin } from './kafka-topics.ts'

/** The event log on Apache Kafka, or what speaks its protocol. FLY_BROKER within ten seconds when no broker answers. */
export async function openKafkaLog(settings: KafkaSettings): Promise<EventLog> {
  const query = createQuery(settings)
  await greet(settings, query)
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

async function greet({ brokers }: KafkaSettings, query: Query): Promise<void> {
  try {
    await within(
      10_000,
      'connect',
      query.use('connect', cluster => cluster.metadata()),
    )
  } catch (error) {
    query.close().catch(() => {})
    const why = error instanceof Error ? error.message : String(error)
    throw new Fault(
      'FLY_BROKER',
      `no Kafka broker answers at ${brokers.join(', ')}: start it or correct FLYWHEEL_KAFKA (${why})`,
      { brokers },
      error,
    )
  }
}
