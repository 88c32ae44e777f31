import { Kafka, logLevel } from 'kafkajs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { at } from '#runtime/core/checked.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import type { PositionGap } from '#runtime/log/event-log.ts'
import {
  commitEach,
  consume,
  createTopic,
  joinInBackground,
  readInBackground,
  record,
  texts,
  uniqueName,
} from '#test/contract/event-log/support.ts'
import { type Deployment, lostPositionsContract } from '#test/contract/lost-positions/suite.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { sharedRegistry } from '#test/support/servers/shared-servers.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { brokers, kafka, openAdmin, openLog } from './kafka.support.ts'

const numbered = (topic: string, count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => record(topic, 'k', from + i))

describe.skipIf(!kafka)('a Kafka log whose records were deleted before a group consumed them', () => {
  test('names the gap once, and goes on with the oldest record left', async () => {
    const [log, admin] = [await openLog(), await openAdmin()]
    const name = await createTopic(log, 1)
    const group = uniqueName('group')
    await log.append(numbered(name, 100))
    await consume(log, group, [name], 100)
    await log.append(numbered(name, 100, 100))
    // Loads the leaders, which kafkajs needs for the deletion.
    await admin.fetchTopicOffsets(name)
    await admin.deleteTopicRecords({ topic: name, partitions: [{ partition: 0, offset: '180' }] })
    expect(await log.lag(group, [name])).toEqual([
      { topic: name, partition: 0, records: 20, oldest: expect.any(Number), problem: 'deleted' },
    ])
    const gaps: PositionGap[] = []
    const seen: string[] = []
    const member = joinInBackground(log, group, [name], async task => {
      while (!task.signal.aborted) {
        seen.push(...texts(await task.poll(100)))
        gaps.push(...task.takeGaps())
      }
    })
    await waitUntil('the rest arrives', () => seen.length === 20)
    await member.stop()
    expect(gaps).toEqual([{ topic: name, partition: 0, from: 100, to: 180 }])
    expect(seen).toEqual(numbered(name, 20, 180).map(one => one.value?.toString()))
  })
})

describe.skipIf(!kafka)('a group that leaves', () => {
  test('has its position after the transaction markers that it read last, so that their deletion is no gap', async () => {
    const log = await openLog()
    const [input, other] = [await createTopic(log, 1), await createTopic(log, 1)]
    const group = uniqueName('group')
    await log.append(numbered(input, 3))
    const seen: string[] = []
    const member = joinInBackground(
      log,
      group,
      [input, other],
      commitEach(records => void seen.push(...texts(records))),
    )
    await waitUntil('its records are consumed', () => seen.length === 3)
    await abortTransaction(input)
    // Both topics have the same leader: what is fetched after the markers were written has them too.
    await log.append([record(other, 'k', 'after the markers')])
    await waitUntil('it has read further', () => seen.length === 4)
    await member.stop()
    const { end } = at(await log.bounds([input]), 0)
    expect(end).toBe(5)
    expect(await log.committed(group, [input])).toEqual([{ topic: input, partition: 0, offset: end }])
  })
})

/** Leaves a record that no reader sees, and a marker. */
async function abortTransaction(topic: string): Promise<void> {
  const client = new Kafka({ brokers: [...brokers], clientId: 'test', logLevel: logLevel.NOTHING })
  const producer = client.producer({ transactionalId: uniqueName('writer'), maxInFlightRequests: 1, idempotent: true })
  await producer.connect()
  onTestFinished(() => producer.disconnect())
  const transaction = await producer.transaction()
  await transaction.send({ topic, messages: [{ key: 'k', value: 'aborted' }] })
  await transaction.abort()
}

describe.skipIf(!kafka)('a Kafka log whose topic is replaced', () => {
  test('stops the group and the reader that were further than its end', async () => {
    const [log, admin] = [await openLog(), await openAdmin()]
    const name = await createTopic(log, 1)
    const group = uniqueName('group')
    await log.append(numbered(name, 50))
    const seen: string[] = []
    const member = joinInBackground(
      log,
      group,
      [name],
      commitEach(records => void seen.push(...texts(records))),
    )
    const reading = readInBackground(log, [name], {})
    expect(await reading.caughtUp).toBe(50)
    await waitUntil('the group has consumed all', () => seen.length === 50)
    await admin.deleteTopics({ topics: [name] })
    await waitUntil('it is created again', () =>
      admin.createTopics({ topics: [{ topic: name, numPartitions: 1 }], waitForLeaders: true }).catch(() => false),
    )
    await expect(reading.done).rejects.toMatchObject({ code: 'FLY_TOPIC', details: { offset: 50, end: 0 } })
    await expect(member.done).rejects.toMatchObject({ code: 'FLY_TOPIC', details: { committed: 50, end: 0 } })
  })
})

const registry = await sharedRegistry()
/** One deployment for all tests of the contract: it has many topics. Its own namespace, since its group is known only by the first. */
const namespace = uniqueName('lost')

async function deploy(): Promise<Deployment> {
  const admin = await openAdmin()
  return {
    open: policy =>
      openRuntime(
        readSettings({
          ...{ FLYWHEEL_HOME: temporaryFolder(), FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' },
          ...{ FLYWHEEL_KAFKA: brokers.join(), FLYWHEEL_REGISTRY: registry?.url, FLYWHEEL_NAMESPACE: namespace },
          FLYWHEEL_ON_LOST_POSITION: policy,
        }),
      ),
    async deleteRecords(_world, { topic, partition, offset }) {
      const name = `${namespace}.${topic}`
      // Loads the leaders, which kafkajs needs for the deletion.
      await admin.fetchTopicOffsets(name)
      await admin.deleteTopicRecords({ topic: name, partitions: [{ partition, offset: String(offset) }] })
    },
    async forgetPositions(group) {
      // As the broker does after offsets.retention.minutes (7 days) without a member.
      await admin.deleteGroups([`${namespace}.${group}`])
    },
  }
}

describe.skipIf(!kafka || !registry)('services on Kafka', () => lostPositionsContract('lost positions', deploy))
