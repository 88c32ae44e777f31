import { Kafka, logLevel } from 'kafkajs'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { openKafkaLog } from '#runtime/log/kafka/kafka-log.ts'
import { startKafka } from '#test/support/kafka/broker.ts'
import { gold } from '#test/unit/services/judge/events.ts'
import { consumedTopics } from '#topology/derive/definitions.ts'
import { consumerGroup, decisionsTopic } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'
import { createReplayFixture, samples } from './replay.support.ts'

/** Its own broker: services use the topics and groups of the map. */
const kafka = await startKafka({ brokers: 1 })
afterAll(() => kafka?.stop())

describe.skipIf(!kafka)('on Kafka', () => {
  const brokers = [kafka?.brokers ?? '']

  test('decisions are replayed in their order, without aborted records, and no group position changes', async () => {
    // The topics are new, and their leaders may not be elected yet.
    const client = new Kafka({ brokers, clientId: 'test', logLevel: logLevel.NOTHING, retry: { retries: 30 } })
    const log = await openKafkaLog({ brokers, clientId: 'test', replication: 1 })
    onTestFinished(() => log.close())
    const { decided, again } = await createReplayFixture(log)
    await decided('judge', samples(0, 40))
    // Not before: a group without positions whose decisions topic has offsets would have lost its positions.
    await abort(client, decisionsTopic('judge'))
    const since = Date.now() + 1
    await decided('judge', [gold('s1'), gold('s2'), ...samples(40, 5)])

    const admin = client.admin()
    await admin.connect()
    onTestFinished(() => admin.disconnect())
    const live = async () => ({
      groups: (await admin.listGroups()).groups.map(({ groupId }) => groupId).toSorted(),
      positions: await log.committed(consumerGroup('judge'), consumedTopics('judge')),
      topics: (await log.topics()).length,
    })
    const before = await live()
    const all = await again('judge', { run: 'all' })
    expect(all.diff[topic.scoredSamples]).toMatchObject({ same: 47, changed: 0, added: 0, removed: 0 })
    expect([all.decided, all.memory]).toEqual([47, null])
    const { outputs: twice } = await again('judge', { run: 'twice' })
    expect(twice).toEqual(all.outputs)
    const late = await again('judge', { run: 'late', range: { since, until: null } })
    // The other partitions hold a marker of the aborted transaction, which can be later than `since`.
    expect(late.partitions.filter(({ decided: count }) => count > 0)).toMatchObject([{ decided: 7, ledUp: 40 }])
    expect(late.diff[topic.scoredSamples]).toMatchObject({ same: 7, changed: 0, added: 0, removed: 0 })
    expect(await live()).toEqual(before)
  })
})

/** Writes aborted records to each partition of a topic: no reader sees them. */
async function abort(client: Kafka, name: string): Promise<void> {
  const producer = client.producer({ transactionalId: 'aborting', idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  const transaction = await producer.transaction()
  await transaction.send({ topic: name, messages: [0, 1, 2].map(partition => ({ partition, value: 'never' })) })
  await transaction.abort()
  await producer.disconnect()
}
