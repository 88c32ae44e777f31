import { describe, expect, test } from 'vitest'
import { Fault } from '#runtime/core/faults.ts'
import type { EventLog } from '#runtime/log/event-log.ts'
import { consume, createTopic, readAll, record, texts, uniqueName } from '#test/contract/event-log/support.ts'
import { createTopicOutside, kafka, openLog } from './kafka.support.ts'

/** A topic for batches of at most 256 KB, as a platform may set it. */
async function createNarrowTopic(log: EventLog): Promise<string> {
  const name = uniqueName('narrow')
  await createTopicOutside(log, name, { 'max.message.bytes': '262144' })
  return name
}

describe.skipIf(!kafka)('appending to a Kafka log', () => {
  test('writes each record once, though the broker refuses a record of another call for good', async () => {
    const log = await openLog()
    const [wide, narrow] = [await createTopic(log, 3), await createNarrowTopic(log)]
    const written: string[] = []
    const refusals: unknown[] = []
    for (let round = 0; round < 3; round++) {
      // The first call occupies the appender, so that the others are sent together.
      const calls = [log.append([record(narrow, 'k', `first ${round}`)])]
      for (let i = 0; i < 10; i++) {
        written.push(`${round}-${i}`)
        calls.push(log.append([record(wide, `k${i}`, `${round}-${i}`)]))
      }
      const large = log.append([record(narrow, 'k', 'y'.repeat(400_000))])
      await large.catch(error => refusals.push(error))
      await Promise.all(calls)
    }
    expect(refusals.map(error => (error instanceof Fault ? error.code : error))).toEqual(Array(3).fill('FLY_TOO_LARGE'))
    expect(texts(await readAll(log, [wide])).toSorted()).toEqual(written.toSorted())
    expect(texts(await readAll(log, [narrow]))).toEqual(['first 0', 'first 1', 'first 2'])
  })

  test('splits records that are together larger than the topic takes', async () => {
    const log = await openLog()
    const narrow = await createNarrowTopic(log)
    const values = Array.from({ length: 400 }, (_, i) => `${i} `.padEnd(1_000, 'z'))
    await log.append(values.map(value => record(narrow, 'k', value)))
    expect(texts(await readAll(log, [narrow]))).toEqual(values)
  })

  test('splits them in a transaction too', async () => {
    const log = await openLog()
    const [input, narrow] = [await createTopic(log, 1), await createNarrowTopic(log)]
    const values = Array.from({ length: 400 }, (_, i) => `${i} `.padEnd(1_000, 'z'))
    await log.append([record(input, 'k', 'go')])
    await consume(log, uniqueName('group'), [input], 1, () => values.map(value => record(narrow, 'k', value)))
    expect(texts(await readAll(log, [narrow]))).toEqual(values)
  })
})
