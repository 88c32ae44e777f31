import { afterAll, describe, expect, test } from 'vitest'
import { openKafkaLog } from '#runtime/log/kafka/kafka-log.ts'
import { createTopic, openForTest, uniqueName } from '#test/contract/event-log/support.ts'
import { startKafkaFromJars } from '#test/support/kafka/broker.ts'
import { startFakeBroker, startSilentServer } from '#test/support/kafka/fake-broker.ts'
import { sharedKafka } from '#test/support/servers/shared-servers.ts'

const open = (brokers = '', replication = 1) => openKafkaLog({ brokers: [brokers], clientId: 'test', replication })

/** In Kafka's protocol: initProducerId, addPartitionsToTxn, addOffsetsToTxn, endTxn, txnOffsetCommit. */
const transactions = [22, 24, 25, 26, 28]

test.each([
  ['all of them', transactions, 'InitProducerId, AddPartitionsToTxn, AddOffsetsToTxn, EndTxn, TxnOffsetCommit'],
  ['the last of them', [28], 'TxnOffsetCommit'],
])('what speaks the protocol without transactions is refused (a fake that lacks %s)', async (_what, lacking, named) => {
  const fake = `127.0.0.1:${await startFakeBroker(transactions.filter(request => !lacking.includes(request)))}`
  await expect(open(fake)).rejects.toMatchObject({
    code: 'FLY_CONFIG',
    message: expect.stringContaining(
      `${fake} do not support transactions (${named}), which exactly-once processing needs: set`,
    ),
  })
})

test('brokers that do not answer at the addresses that they advertise are given up after ten seconds, with the setting to correct', async () => {
  const silent = await startSilentServer()
  const live = await startFakeBroker(transactions)
  const fakes = await Promise.all([[silent], [silent, live]].map(ports => startFakeBroker(transactions, ports)))
  const opened = await Promise.allSettled([silent, ...fakes].map(port => open(`127.0.0.1:${port}`)))
  const [none, ...others] = opened.map(result => (result.status === 'rejected' ? String(result.reason) : 'opened'))
  expect(none).toMatch(/no Kafka broker answers at \S+: start it or correct FLYWHEEL_KAFKA/)
  for (const other of others) expect(other).toMatch(/a broker at \S+ answers, but .* correct advertised\.listeners/)
  // The limit is ten seconds; the rest is for a machine that is busy.
}, 25_000)

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
