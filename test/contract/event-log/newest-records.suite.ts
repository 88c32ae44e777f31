import { describe, expect, test } from 'vitest'
import type { EventLog } from '#runtime/log/event-log.ts'
import { findNewestRecords, type NewestLimit } from '#runtime/log/newest-records.ts'
import { countReads } from '#test/support/doubles/counting-log.ts'
import { neverAborted } from '#test/support/never-aborted.ts'
import {
  consume,
  createTopic,
  type OpenLog,
  openForTest,
  readAll,
  record,
  sorted,
  texts,
  uniqueName,
} from './support.ts'

const unlimited = { records: 1e9, bytes: 1e12 }

/** What is found, and how many records were read for it. */
async function find(log: EventLog, topics: readonly string[], limit: Partial<NewestLimit>) {
  const counting = countReads(log)
  const found = await findNewestRecords(counting.log, topics, { ...unlimited, ...limit }, neverAborted)
  return { ...found, read: counting.read.records }
}

const numbered = (topic: string, partition: number, count: number, value = '') =>
  Array.from({ length: count }, (_, i) => ({ ...record(topic, 'k', `${i}${value}`), partition }))

export function newestRecordsContract(open: OpenLog): void {
  describe('the newest records', () => {
    test('are all of them below the limit', async () => {
      const { log } = await openForTest(open)
      const [name, empty] = [await createTopic(log), await createTopic(log)]
      await log.append(numbered(name, 1, 10))
      expect(await find(log, [name, empty], { records: 100 })).toMatchObject({ from: [], since: null })
    })

    test('are as many of each partition, and all of the small ones, without reading the others', async () => {
      const { log } = await openForTest(open)
      const [name, empty] = [await createTopic(log, 3), await createTopic(log, 1)]
      await log.append([...numbered(name, 0, 3_000), ...numbered(name, 1, 10), ...numbered(name, 2, 1_000)])
      const { from, since, read } = await find(log, [empty, name], { records: 210 })
      expect(sorted(from)).toEqual([
        { topic: name, partition: 0, offset: 2_900 },
        { topic: name, partition: 2, offset: 900 },
      ])
      expect(read).toBeLessThanOrEqual(210)
      const newest = await readAll(log, [name], { from })
      expect(newest).toHaveLength(210)
      const first = (partition: number) => newest.find(one => one.partition === partition)?.timestamp ?? 0
      expect(since).toBe(Math.max(first(0), first(2)))
    })

    test('are fewer where they are large', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 1)
      for (let call = 0; call < 10; call++) await log.append(numbered(name, 0, 50, 'x'.repeat(10_000)))
      const { from } = await find(log, [name], { bytes: 1_000_000 })
      const [{ offset } = { offset: 0 }] = from
      expect(500 - offset).toBeGreaterThan(90)
      expect(500 - offset).toBeLessThan(101)
    })

    test('are found behind transaction markers', async () => {
      const { log } = await openForTest(open)
      const [input, output] = [await createTopic(log, 1), await createTopic(log, 1)]
      for (const value of [1, 2, 3]) {
        await log.append([record(input, 'k', value)])
        await consume(log, `${output}.copier`, [input], 1, records =>
          records.map(({ value }) => record(output, 'k', String(value))),
        )
      }
      const { from } = await find(log, [output], { records: 2 })
      const newest = texts(await readAll(log, [output], { from }))
      expect(newest.length).toBeGreaterThan(0)
      expect(newest.length).toBeLessThanOrEqual(2)
      expect(newest.at(-1)).toBe('3')
    })

    test('of an unknown topic are FLY_TOPIC', async () => {
      const { log } = await openForTest(open)
      await expect(find(log, [uniqueName('unknown')], {})).rejects.toMatchObject({ code: 'FLY_TOPIC' })
    })
  })
}
