import { afterAll, describe, expect, test } from 'vitest'
import { openKafkaLog } from '#runtime/log/kafka/kafka-log.ts'
import { createTopic, openForTest, uniqueName } from '#test/contract/event-log/support.ts'
import { startKafkaFromJars } from '#test/support/kafka/broker.ts'
import { startFakeBroker } from '#test/support/kafka/fake-broker.ts'
import { sharedKafka } from '#test/support/servers/shared-servers.ts'

const open = (brokers = '', replication = 1) => openKafkaLog({ brokers: [brokers], clientId: 'test', replication })

/** In Kafka's protocol: initProducerId, addPartitionsToTxn, addOffsetsToTxn, endTxn, txnOffsetCommit. */
const transactions = [22, 24, 25, 26, 28]

test.each([
  ['all of them', transactions, 'InitProducerId, AddPartitionsToTxn, AddOffsetsToTxn, EndTxn, TxnOffsetCommit'],
  ['the last of them', [28], 'TxnOffsetCommit'],
])('what speaks the protocol without transactions is refused (a fake that lacks %s)', async (_what, lacking, named) => {
  const fake = await startFakeBroker(transactions.filter(request => !lacking.includes(request)))
  await expect(open(fake)).rejects.toMatchObject({
    code: 'FLY_CONFIG',
    message: expect.stringContaining(
      `${fake} do not support transactions (${named}), which exactly-once processing needs: set`,
    ),
  })
})

const crippled = await startKafkaFromJars({
  brokers: 1,
  properties: usual => ({ ...usual, 'transaction.state.log.replication.factor': 3 }),
})
afterAll(() => crippled?.stop())

test.skipIf(!crippled)(
  'one broker whose transactions want three replicas is refused rather than waited for',
  async () => {
    await expect(open(crippled?.brokers)).rejects.toMatchObject({
      code: 'FLY_CONFIG',
      message: expect.stringMatching(
        /transaction\.state\.log\.replication\.factor is 3, more than the number of brokers \(1\); start more, or lower it/,
      ),
    })
  },
)

const kafka = await sharedKafka()

describe.skipIf(!kafka)('replicas', () => {
  test('more than there are brokers are refused with both numbers, and no topic is made', async () => {
    const { log } = await openForTest(async () => ({ log: await open(kafka?.brokers, 3) }))
    const name = uniqueName('replicated')
    await expect(log.createTopics([{ name, partitions: 1, keep: 'forever' }])).rejects.toMatchObject({
      code: 'FLY_CONFIG',
      message: expect.stringMatching(/FLYWHEEL_KAFKA_REPLICATION is 3, more than the number of brokers \(1\): start/),
    })
    expect((await log.topics()).map(topic => topic.name)).not.toContain(name)
  })

  test('are told of each topic', async () => {
    const { log } = await openForTest(async () => ({ log: await open(kafka?.brokers) }))
    const name = await createTopic(log, 2)
    expect(await log.topics()).toContainEqual({ name, partitions: 2, replicas: 1 })
  })
})
