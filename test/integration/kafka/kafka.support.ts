import { type Admin, Kafka, logLevel } from 'kafkajs'
import { onTestFinished } from 'vitest'
import type { EventLog } from '#runtime/log/event-log.ts'
import type { KafkaSettings } from '#runtime/log/kafka/connection/client.ts'
import { openKafkaLog } from '#runtime/log/kafka/kafka-log.ts'
import { openForTest } from '#test/contract/event-log/support.ts'
import { sharedKafka } from '#test/support/servers/shared-servers.ts'
import { waitUntil } from '#test/support/wait-until.ts'

/** The broker that test files share; undefined where Kafka cannot run. */
export const kafka = await sharedKafka()
export const brokers: readonly string[] = [kafka?.brokers ?? '']

/** A log on it, until the end of the test. */
export async function openLog(settings: Partial<KafkaSettings> = {}): Promise<EventLog> {
  const open = () => openKafkaLog({ brokers, clientId: 'test', replication: 1, ...settings })
  return (await openForTest(async () => ({ log: await open() }))).log
}

/** kafkajs's own client for what the log does not do, until the end of the test. */
export async function openAdmin(): Promise<Admin> {
  const admin = new Kafka({ brokers: [...brokers], clientId: 'test', logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  onTestFinished(() => admin.disconnect())
  return admin
}

/** A topic of one partition as a platform may make it, with settings of its own. Resolves when the log knows it. */
export async function createTopicOutside(log: EventLog, name: string, settings: Record<string, string>): Promise<void> {
  const admin = await openAdmin()
  const configEntries = Object.entries(settings).map(([key, value]) => ({ name: key, value }))
  await admin.createTopics({ topics: [{ topic: name, numPartitions: 1, replicationFactor: 1, configEntries }] })
  await waitUntil(`${name} is known`, async () => (await log.topics()).some(topic => topic.name === name))
}
