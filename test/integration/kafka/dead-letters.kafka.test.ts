import { Kafka, logLevel } from 'kafkajs'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { findDeadLetter } from '#runtime/dead-letters/find.ts'
import { redrive } from '#runtime/dead-letters/redrive.ts'
import { openRuntime, type Runtime } from '#runtime/host/open-runtime.ts'
import { countRecords } from '#runtime/log/count-records.ts'
import { headersFromText } from '#runtime/log/kafka/headers.ts'
import { deadLettersContract } from '#test/contract/dead-letters/suite.ts'
import { deadLetters, service, startStrategist } from '#test/contract/dead-letters/support.ts'
import { uniqueName } from '#test/contract/event-log/support.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { startKafka } from '#test/support/kafka/broker.ts'
import { sharedRegistry } from '#test/support/servers/shared-servers.ts'
import { redriveGroup, retryTopic } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'

/** A broker of its own, since the topics of the map are what is tested. */
const kafka = await startKafka({ brokers: 1 })
const registry = await sharedRegistry()
afterAll(() => kafka?.stop())

async function open(): Promise<Runtime> {
  const world = await openRuntime(
    readSettings({
      ...{ FLYWHEEL_HOME: temporaryFolder(), FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' },
      ...{ FLYWHEEL_KAFKA: kafka?.brokers, FLYWHEEL_REGISTRY: registry?.url },
    }),
  )
  onTestFinished(() => world.close())
  return world
}

const client = (): Kafka => new Kafka({ brokers: [kafka?.brokers ?? ''], clientId: 'test', logLevel: logLevel.NOTHING })

describe.skipIf(!kafka || !registry)('on a real broker', () => {
  deadLettersContract('dead letters on Kafka', open)

  test('what only the broker finds too large harms no neighbour either', async () => {
    const world = await open()
    const { takes, dataset, answered, of, mended } = await startStrategist(world)
    const limit = async (bytes: number): Promise<void> => {
      const admin = client().admin()
      await admin.connect()
      // Altering resets what is not listed.
      const configEntries = [
        { name: 'max.message.bytes', value: String(bytes) },
        { name: 'retention.ms', value: '-1' },
      ]
      await admin.alterConfigs({
        validateOnly: false,
        resources: [{ type: 2, name: topic.tuningRequests, configEntries }],
      })
      await admin.disconnect()
    }
    const agent = uniqueName('agent')
    const ids = Array.from({ length: 9 }, (_none, at) => `${agent}-${at}`)
    await limit(20_000)
    onTestFinished(() => limit(1_048_588))
    await takes(ids.map((id, at) => dataset(agent, id, at % 4 === 1 ? 'its event is long' : 'none')))
    const good = ids.filter((_id, at) => at % 4 !== 1)
    expect(await answered(agent)).toEqual(good.map((id, at) => [id, at]))
    expect((await of(deadLetters, agent)).map(({ headers }) => headers['dlq.code'])).toEqual([
      'FLY_TOO_LARGE',
      'FLY_TOO_LARGE',
    ])
    for (const id of ids) mended.add(id)
    await redrive(world.log, { service, topic: topic.datasets }, new AbortController().signal)
    await takes()
    expect((await answered(agent)).map(([id]) => id)).toEqual([...good, ...ids.filter(id => !good.includes(id))])
  })

  test('what was re-driven stays so when the broker drops the offsets of the idle group', async () => {
    const world = await open()
    const { takes, dataset, of, mended } = await startStrategist(world)
    const agent = uniqueName('agent')
    await takes([dataset(agent, `${agent}-1`, 'the rule refuses')])
    mended.add(`${agent}-1`)
    const never = new AbortController().signal
    await redrive(world.log, { service }, never)
    const admin = client().admin()
    await admin.connect()
    // As the broker does after offsets.retention.minutes (7 days) without a member.
    await admin.deleteGroups([redriveGroup(service)])
    await admin.disconnect()
    await redrive(world.log, { service }, never)
    expect(await of(retryTopic(service), agent)).toHaveLength(1)
  })

  test('headers that are no text are kept byte for byte', async () => {
    const world = await open()
    const { takes, of } = await startStrategist(world)
    const agent = uniqueName('agent')
    const producer = client().producer()
    await producer.connect()
    const binary = Buffer.from([0xff, 0x00, 0xfe, 0x41])
    const headers = { 'x-binary': binary, 'x-text': 'grüße' }
    await producer.send({ topic: topic.datasets, messages: [{ key: agent, value: 'no event', headers }] })
    await producer.disconnect()
    await takes()
    await redrive(world.log, { service, topic: topic.datasets }, new AbortController().signal)
    for (const name of [deadLetters, retryTopic(service)]) {
      const [record] = await of(name, agent)
      expect(headersFromText(record?.headers ?? {})).toMatchObject({ 'x-binary': binary, 'x-text': 'grüße' })
    }
  })

  test('a record as large as the broker takes, which leaves a dead letter no room, is parked whole and re-driven', async () => {
    const world = await open()
    const { takes, dataset, answered, mended } = await startStrategist(world)
    const agent = uniqueName('agent')
    const producer = client().producer()
    await producer.connect()
    const whole = dataset(agent, `${agent}-large`, 'the rule refuses')
    const headers = { 'x-source': 'till', 'x-large': 'y'.repeat(1_047_000) }
    const key = Buffer.from(agent)
    await producer.send({ topic: topic.datasets, messages: [{ key, value: whole.value, headers }] })
    const binary = Buffer.from([0xff, 0x00, 0xfe, 0x41])
    await producer.send({
      topic: topic.datasets,
      messages: [{ key, value: Buffer.alloc(1_048_000, 1), headers: { 'x-binary': binary } }],
    })
    await producer.disconnect()
    await takes([dataset(agent, `${agent}-next`)])
    expect(await answered(agent)).toEqual([[`${agent}-next`, 0]])
    const parked: { partition: number; offset: number }[] = []
    await world.log.read(
      [deadLetters],
      { from: 'beginning', follow: false },
      records => void parked.push(...records.filter(record => record.headers['dlq.object'])),
      new AbortController().signal,
    )
    const shown = await Promise.all(
      parked.map(({ partition, offset }) =>
        findDeadLetter(world, { topic: deadLetters, partition, offset }, new AbortController().signal),
      ),
    )
    const [refused, noEvent] = shown
    expect(refused).toMatchObject({ code: 'FLY_LEAK', key: agent, event: { id: `${agent}-large` } })
    expect(refused?.headers['x-large'] === headers['x-large']).toBe(true)
    expect(noEvent).toMatchObject({ code: 'FLY_DECODE', key: agent })
    expect(headersFromText(noEvent?.headers ?? {})['x-binary']).toEqual(binary)
    mended.add(`${agent}-large`)
    await redrive(world.log, { service, topic: topic.datasets }, new AbortController().signal)
    await takes()
    expect((await answered(agent)).map(([id]) => id)).toEqual([`${agent}-next`, `${agent}-large`])
    expect(await countRecords(world.log, retryTopic(service))).toBeGreaterThan(1)
  })
})
