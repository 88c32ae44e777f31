import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { consume, readAll, texts, uniqueName } from '#test/contract/event-log/support.ts'
import { cacheFolder } from '#test/support/servers/cache.ts'
import { javaProblem } from '#test/support/servers/java.ts'
import { brokers, createTopicOutside, kafka, openLog } from './kafka.support.ts'

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
    const log = await openLog()
    const name = uniqueName(`others-${codec}`)
    await createTopicOutside(log, name, { 'compression.type': 'producer' })
    const lines = Array.from({ length: 2_000 }, (_, i) => `${i} What is the weather in Paris? `.repeat(3).trim())
    await produceWithJava(name, codec, lines)
    const group = uniqueName('group')
    expect(await log.lag(group, [name])).toMatchObject([{ records: lines.length }])
    expect(texts(await readAll(log, [name]))).toEqual(lines)
    expect(texts(await consume(log, group, [name], lines.length))).toEqual(lines)
  })
})
