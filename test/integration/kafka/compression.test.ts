import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Kafka, logLevel } from 'kafkajs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openKafkaLog } from '#runtime/log/kafka/kafka-log.ts'
import { consume, openForTest, readAll, texts, uniqueName } from '#test/contract/event-log/support.ts'
import { cacheFolder } from '#test/support/servers/cache.ts'
import { javaProblem } from '#test/support/servers/java.ts'
import { sharedKafka } from '#test/support/servers/shared-servers.ts'
import { waitUntil } from '#test/support/wait-until.ts'

const kafka = await sharedKafka()
const brokers = [kafka?.brokers ?? '']
const canRun = kafka !== undefined && (await javaProblem()) === undefined

/** Produces lines with Kafka's own producer, in the topic's own process. */
async function produceWithJava(topic: string, codec: string, lines: readonly string[]): Promise<void> {
  const classpath = join(cacheFolder, 'kafka-4.3.1', '*')
  const producing = promisify(execFile)('java', [
    ...['-cp', classpath, 'org.apache.kafka.tools.ConsoleProducer', '--bootstrap-server', brokers.join()],
    ...['--topic', topic, '--compression-codec', codec],
  ])
  producing.child.stdin?.end(lines.map(line => `${line}\n`).join(''))
  await producing
}

describe.skipIf(!canRun)('a topic whose writers compress, as others make it', () => {
  test.each(['gzip', 'snappy', 'lz4', 'zstd'])('is read, consumed and has a lag: %s', async codec => {
    const { log } = await openForTest(async () => ({
      log: await openKafkaLog({ brokers, clientId: 'test', replication: 1 }),
    }))
    const name = uniqueName(`others-${codec}`)
    const admin = new Kafka({ brokers, clientId: 'test', logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    onTestFinished(() => admin.disconnect())
    const configEntries = [{ name: 'compression.type', value: 'producer' }]
    await admin.createTopics({ topics: [{ topic: name, numPartitions: 1, replicationFactor: 1, configEntries }] })
    await waitUntil('the topic is listed', async () => (await log.topics()).some(topic => topic.name === name))
    const lines = Array.from({ length: 2_000 }, (_, i) => `${i} What is the weather in Paris? `.repeat(3).trim())
    await produceWithJava(name, codec, lines)
    const group = uniqueName('group')
    expect(await log.lag(group, [name])).toMatchObject([{ records: lines.length }])
    expect(texts(await readAll(log, [name]))).toEqual(lines)
    expect(texts(await consume(log, group, [name], lines.length))).toEqual(lines)
  })
})
