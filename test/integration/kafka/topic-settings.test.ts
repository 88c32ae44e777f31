import { Kafka, logLevel } from 'kafkajs'
import { pino } from 'pino'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { planTopics, verifyTopics } from '#runtime/host/topics.ts'
import { openKafkaLog } from '#runtime/log/kafka/kafka-log.ts'
import { openForTest } from '#test/contract/event-log/support.ts'
import { startKafkaFromJars } from '#test/support/kafka/broker.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { stateTopic } from '#topology/derive/names.ts'
import { requiredTopics } from '#topology/derive/required-topics.ts'
import { topic } from '#topology/topic-names.ts'

/** Its own broker: wrong topics of the map would break other tests on a shared one. */
const kafka = await startKafkaFromJars({ brokers: 1 })
afterAll(() => kafka?.stop())
const brokers = [kafka?.brokers ?? '']

/** `topic setting` of each difference. */
const named = (text: string): readonly string[] =>
  [...text.matchAll(/(\S+) has (\S+)=\S+ and the map wants/g)].map(([, name, setting]) => `${name} ${setting}`)

describe.skipIf(!kafka)('topics that somebody else made, on a real Kafka', () => {
  test('are compared with the map: what loses records is refused, the rest is named', async () => {
    const admin = new Kafka({ brokers, clientId: 'test', logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    onTestFinished(() => admin.disconnect())
    const required = requiredTopics()
    const configEntries = Object.entries({
      'cleanup.policy': 'delete',
      'retention.ms': '3600000',
      'unclean.leader.election.enable': 'true',
      'message.timestamp.type': 'CreateTime',
    }).map(([name, value]) => ({ name, value }))
    const topics = required.map(({ name, partitions }) => ({
      ...{ topic: name, numPartitions: partitions, replicationFactor: 1, configEntries },
    }))
    await admin.createTopics({ topics, waitForLeaders: false })
    const { log } = await openForTest(async () => ({
      log: await openKafkaLog({ brokers, clientId: 'test', replication: 1 }),
    }))
    await waitUntil('all topics are listed', async () => (await log.topics()).length >= required.length)
    const runtime = { log, settings: readSettings({}), logger: pino({ level: 'silent' }) }
    const plan = await planTopics(runtime)
    const refused = plan.flatMap(step => (step.do === 'refuse' ? named(step.because) : []))
    const warned = plan.flatMap(step => (step.do === 'warn' ? named(step.because) : []))
    const state = stateTopic('judge')
    expect(refused).toContain(`${state} cleanup.policy`)
    expect(refused).toContain(`${topic.goldAnswers} retention.ms`)
    expect(refused.filter(one => one.endsWith(' unclean.leader.election.enable'))).toHaveLength(required.length)
    expect(warned).toEqual(
      expect.arrayContaining([`${topic.chatLogs} message.timestamp.type`, `${topic.chatLogs} compression.type`]),
    )
    await expect(verifyTopics(runtime)).rejects.toMatchObject({
      code: 'FLY_TOPIC',
      message: expect.stringContaining(
        `kafka-configs --alter --entity-type topics --entity-name ${state} --add-config cleanup.policy=compact`,
      ),
    })
  })
})

describe.skipIf(!kafka)('topics that this program made', () => {
  test('do not differ from the map', async () => {
    const { log } = await openForTest(async () => ({
      log: await openKafkaLog({ brokers, clientId: 'test', replication: 1 }),
    }))
    const specs = (['compact', 'forever', 30] as const).map(keep => ({ name: `own-${keep}`, partitions: 1, keep }))
    await log.createTopics(specs)
    expect(await log.settingDifferences(specs)).toEqual([])
  })
})
