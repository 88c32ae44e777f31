import { Kafka, logLevel } from 'kafkajs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { countRecords } from '#runtime/log/count-records.ts'
import { openKafkaLog } from '#runtime/log/kafka/kafka-log.ts'
import {
  consume,
  createTopic,
  keyOf,
  readAll,
  readInBackground,
  record,
  texts,
  uniqueName,
} from '#test/contract/event-log/support.ts'
import { freePorts } from '#test/support/servers/java.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { brokers, kafka, openAdmin, openLog } from './kafka.support.ts'

/** A production system's own producer, which does not go through the log. */
async function stranger() {
  const client = new Kafka({ brokers: [...brokers], clientId: 'stranger', logLevel: logLevel.NOTHING })
  const producer = client.producer({
    transactionalId: uniqueName('stranger'),
    idempotent: true,
    maxInFlightRequests: 1,
  })
  await producer.connect()
  onTestFinished(() => producer.disconnect())
  return async (topic: string, value: string, end: 'commit' | 'abort'): Promise<void> => {
    const transaction = await producer.transaction()
    await transaction.send({ topic, messages: [{ key: 'k', value }] })
    await transaction[end]()
  }
}

describe.skipIf(!kafka)('a Kafka log with transactions that were aborted', () => {
  test('shows none of their records, also to a reader that stops at the end', async () => {
    const log = await openLog()
    const name = await createTopic(log, 1)
    const write = await stranger()
    await write(name, 'no', 'abort')
    await write(name, 'yes', 'commit')
    await write(name, 'never', 'abort')
    await waitUntil('the committed one is visible', async () => (await countRecords(log, name)) === 1)
    expect(texts(await readAll(log, [name]))).toEqual(['yes'])
    const reading = readInBackground(log, [name], {})
    expect(await reading.caughtUp).toBe(1)
  })

  test('has no lag behind them, though offsets follow the last record', async () => {
    const log = await openLog()
    const name = await createTopic(log, 1)
    const group = uniqueName('group')
    const write = await stranger()
    await log.append([record(name, 'k', 1)])
    await consume(log, group, [name], 1)
    await write(name, 'never', 'abort')
    expect(await log.lag(group, [name])).toEqual([{ topic: name, partition: 0, records: 0, oldest: null }])
    await write(name, 'news', 'commit')
    await waitUntil('the news counts', async () => (await log.lag(group, [name]))[0]?.records === 2)
  })
})

describe.skipIf(!kafka)('a Kafka log', () => {
  test('reads many partitions that are full, though one answer cannot hold them all', async () => {
    const log = await openLog()
    const name = await createTopic(log, 14)
    const values = Array.from({ length: 28 }, (_, i) => ({
      topic: name,
      key: `${i}`,
      value: Buffer.alloc(850_000),
      partition: i % 14,
    }))
    await log.append(values)
    expect(new Set((await readAll(log, [name])).map(keyOf)).size).toBe(28)
  })

  test('appends what several callers give at once, each in order', async () => {
    const log = await openLog()
    const name = await createTopic(log, 3)
    await Promise.all(
      Array.from({ length: 20 }, async (_, caller) => {
        for (let i = 0; i < 10; i++) await log.append([record(name, `caller-${caller}`, i)])
      }),
    )
    const all = await readAll(log, [name])
    expect(all).toHaveLength(200)
    for (const own of Map.groupBy(all, keyOf).values())
      expect(texts(own).map(Number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  test('leaves nothing behind at the brokers by reading', async () => {
    const log = await openLog()
    const name = await createTopic(log, 2)
    await log.append([record(name, 'k', 1)])
    await readAll(log, [name])
    const admin = await openAdmin()
    const { groups } = await admin.listGroups()
    expect(groups.map(({ groupId }) => groupId).filter(id => id.includes('reader') || id.includes('never'))).toEqual([])
  })
})

test('a Kafka that is not there is FLY_BROKER, which says where it was looked for and what to do', async () => {
  const [port] = await freePorts(1)
  const opening = openKafkaLog({ brokers: [`127.0.0.1:${port}`], clientId: 'test', replication: 1 })
  await expect(opening).rejects.toMatchObject({
    code: 'FLY_BROKER',
    message: expect.stringMatching(`127.0.0.1:${port}.*FLYWHEEL_KAFKA`),
  })
})
