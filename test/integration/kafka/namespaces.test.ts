import { Kafka, logLevel } from 'kafkajs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime, type Runtime } from '#runtime/host/open-runtime.ts'
import { countRecords } from '#runtime/log/count-records.ts'
import { startStrategist } from '#test/contract/dead-letters/support.ts'
import { uniqueName } from '#test/contract/event-log/support.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { sharedKafka, sharedRegistry } from '#test/support/servers/shared-servers.ts'
import { consumerGroup, deadLetterTopic, stateTopic, subject } from '#topology/derive/names.ts'
import { topic } from '#topology/topic-names.ts'

const kafka = await sharedKafka()
const registry = await sharedRegistry()

async function openNamespace(namespace: string): Promise<Runtime> {
  const world = await openRuntime(
    readSettings({
      ...{ FLYWHEEL_HOME: temporaryFolder(), FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' },
      ...{ FLYWHEEL_KAFKA: kafka?.brokers, FLYWHEEL_REGISTRY: registry?.url, FLYWHEEL_NAMESPACE: namespace },
    }),
  )
  onTestFinished(() => world.close())
  return world
}

async function namesOnCluster() {
  const admin = new Kafka({ brokers: [kafka?.brokers ?? ''], clientId: 'test', logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  onTestFinished(() => admin.disconnect())
  const { groups } = await admin.listGroups()
  const subjects = (await (await fetch(`${registry?.url}/subjects`)).json()) as string[]
  return { topics: await admin.listTopics(), groups: groups.map(({ groupId }) => groupId), subjects }
}

describe.skipIf(!kafka || !registry)('two deployments on one cluster', () => {
  test('work side by side, each with topics, groups, transactions, state and subjects of its own', async () => {
    const [blueName, greenName] = [uniqueName('blue'), uniqueName('green')]
    const [blue, green] = await Promise.all([openNamespace(blueName), openNamespace(greenName)])
    const [ofBlue, ofGreen] = [await startStrategist(blue), await startStrategist(green)]
    const agent = 'desk'
    const ids = (of: string, count: number) => Array.from({ length: count }, (_, number) => `${of}-${number}`)
    // Both commit to the same partition numbers: with shared transactional ids they would fence each other.
    await Promise.all([
      ofBlue.takes([
        ...ids('blue', 5).map(id => ofBlue.dataset(agent, id)),
        ofBlue.dataset(agent, 'refused', 'its event is too large'),
      ]),
      ofGreen.takes(ids('green', 3).map(id => ofGreen.dataset(agent, id))),
    ])
    await Promise.all([
      ofBlue.takes([ofBlue.dataset(agent, 'blue-5')]),
      ofGreen.takes([ofGreen.dataset(agent, 'green-3')]),
    ])
    expect(await ofBlue.answered(agent)).toEqual(ids('blue', 6).map((id, before) => [id, before]))
    expect(await ofGreen.answered(agent)).toEqual(ids('green', 4).map((id, before) => [id, before]))
    const letters = deadLetterTopic(topic.datasets, 'strategist')
    expect(await countRecords(blue.log, letters)).toBe(1)
    expect(await countRecords(green.log, letters)).toBe(0)

    const { topics, groups, subjects } = await namesOnCluster()
    for (const namespace of [blueName, greenName]) {
      const name = (own: string): string => `${namespace}.${own}`
      expect(topics).toEqual(expect.arrayContaining([topic.datasets, letters, stateTopic('strategist')].map(name)))
      expect(groups).toContain(name(consumerGroup('strategist')))
      expect(subjects).toContain(name(subject(topic.tuningRequests)))
    }
  })
})
