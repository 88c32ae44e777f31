import { describe, expect, test } from 'vitest'
import { at } from '#runtime/core/checked.ts'
import { countRecords } from '#runtime/log/count-records.ts'
import type { LogRecord } from '#runtime/log/event-log.ts'
import { headersSize, maxKeyAndHeaderBytes, maxValueBytes } from '#runtime/log/record-size.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import {
  createTopic,
  keyOf,
  type OpenLog,
  openForTest,
  readAll,
  readInBackground,
  record,
  textOf,
  texts,
} from './support.ts'

export function readingContract(open: OpenLog): void {
  describe('append', () => {
    test('keeps the order of each key, within one call and over several', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 3)
      const keys = ['a', 'b', 'c', 'd', 'e']
      for (let round = 0; round < 5; round++)
        await log.append(Array.from({ length: 50 }, (_, i) => record(name, at(keys, i % 5), round * 50 + i)))
      const all = await readAll(log, [name])
      expect(all).toHaveLength(250)
      for (const key of keys) {
        const own = all.filter(one => keyOf(one) === key)
        const numbers = own.map(one => Number(textOf(one)))
        expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
        expect(new Set(own.map(({ partition }) => partition)).size).toBe(1)
      }
    })

    test('gives ascending offsets in a partition, and the time of the append', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 1)
      for (let i = 0; i < 20; i++) await log.append([record(name, 'k', i)])
      const all = await readAll(log, [name])
      for (const [index, { offset, timestamp }] of all.entries()) {
        expect(offset).toBeGreaterThan(all[index - 1]?.offset ?? -1)
        expect(Number.isSafeInteger(timestamp)).toBe(true)
        expect(timestamp).toBeGreaterThan(0)
      }
    })

    test('is durable once it resolves', async () => {
      const { log, restart } = await openForTest(open)
      const name = await createTopic(log, 2)
      await Promise.all(['a', 'b', 'c'].map(key => log.append([record(name, key, key)])))
      await log.close()
      const again = await restart()
      expect(texts(await readAll(again, [name])).sort()).toEqual(['a', 'b', 'c'])
      await again.append([record(name, 'a', 'more')])
      expect(texts(await readAll(again, [name])).sort()).toEqual(['a', 'b', 'c', 'more'])
    })

    test('keeps keys, values, headers and deletions unchanged', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 1)
      const bytes = Buffer.from([0, 1, 254, 255])
      const headers = { traceparent: '00-ab-cd-01', 'x-ünicode': 'Grüße' }
      await log.append([
        { topic: name, key: bytes, value: bytes, headers },
        { topic: name, key: 'gone', value: null },
        { topic: name, key: 'empty', value: Buffer.alloc(0) },
      ])
      const [first, second, third] = await readAll(log, [name])
      expect(first).toMatchObject({ topic: name, partition: 0, key: bytes, value: bytes, headers })
      expect(second).toMatchObject({ key: Buffer.from('gone'), value: null, headers: {} })
      expect(third).toMatchObject({ key: Buffer.from('empty'), value: Buffer.alloc(0) })
    })

    test('refuses a record that is too large, and appends none of the same call', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 1)
      const sized = (bytes: number) => ({ topic: name, key: 'k', value: Buffer.alloc(bytes, 'x') })
      await log.append([sized(maxValueBytes)])
      await expect(log.append([sized(1), sized(maxValueBytes * 2)])).rejects.toMatchObject({ code: 'FLY_TOO_LARGE' })
      expect((await readAll(log, [name])).map(({ value }) => value?.length)).toEqual([maxValueBytes])
    })

    test('accepts the largest value, key and headers, and refuses one byte more', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 1)
      const sized = (valueBytes: number, headerBytes: number) => ({
        ...{ topic: name, key: 'k'.repeat(24_000), value: Buffer.alloc(valueBytes) },
        headers: { h: 'x'.repeat(headerBytes - headersSize({ h: '' })) },
      })
      const largest = [maxValueBytes, maxKeyAndHeaderBytes - 24_000] as const
      await log.append([sized(...largest)])
      for (const tooLarge of [sized(largest[0] + 1, largest[1]), sized(largest[0], largest[1] + 1)])
        await expect(log.append([tooLarge])).rejects.toMatchObject({ code: 'FLY_TOO_LARGE' })
      expect(await countRecords(log, name)).toBe(1)
    })

    test('of no records has no effect, and many large records are appended', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 1)
      await log.append([])
      await log.append(
        Array.from({ length: 12 }, (_, i) => ({ topic: name, key: `${i}`, value: Buffer.alloc(900_000) })),
      )
      expect((await readAll(log, [name])).map(keyOf)).toEqual(Array.from({ length: 12 }, (_, i) => `${i}`))
    })
  })

  describe('read', () => {
    test('without follow ends where the log ended at the call', async () => {
      const { log } = await openForTest(open)
      const [name, other, empty] = [await createTopic(log), await createTopic(log), await createTopic(log)]
      await log.append([record(name, 'a', 1), record(other, 'b', 2)])
      expect(texts(await readAll(log, [name, other, empty])).sort()).toEqual(['1', '2'])
      expect(await readAll(log, [name], { from: 'end' })).toEqual([])
      expect(await readAll(log, [empty])).toEqual([])
    })

    test('reads only the given partitions', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 3)
      await log.append([0, 1, 2].map(partition => ({ ...record(name, 'k', partition), partition })))
      expect(texts(await readAll(log, [name], { partitions: [2] }))).toEqual(['2'])
      expect(texts(await readAll(log, [name], { partitions: [0, 1] })).sort()).toEqual(['0', '1'])
    })

    test('reports once that it has caught up, also on an empty topic, and continues', async () => {
      const { log } = await openForTest(open)
      const [full, empty] = [await createTopic(log), await createTopic(log)]
      await log.append(Array.from({ length: 30 }, (_, i) => record(full, `${i}`, i)))
      let told = 0
      const onBoth = readInBackground(log, [full, empty], { onCaughtUp: () => void told++ })
      const onEmpty = readInBackground(log, [empty], {})
      const onFull = readInBackground(log, [full], {})
      expect(await onEmpty.caughtUp).toBe(0)
      expect(await onFull.caughtUp).toBe(30)
      await waitUntil('both is caught up', () => told === 1 && onBoth.seen.length === 30)
      await log.append([record(empty, 'k', 'news')])
      await waitUntil('the news arrives', () => onBoth.seen.length === 31 && onEmpty.seen.length === 1)
      expect(texts(onEmpty.seen)).toEqual(['news'])
      expect(told).toBe(1)
    })

    test('from the end delivers only records appended after the call', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 2)
      await log.append([record(name, 'a', 'old'), record(name, 'b', 'old')])
      const reading = readInBackground(log, [name], { from: 'end' })
      expect(await reading.caughtUp).toBe(0)
      await log.append([record(name, 'a', 'new'), record(name, 'b', 'new')])
      await waitUntil('the new ones arrive', () => reading.seen.length >= 2)
      expect(texts(reading.seen)).toEqual(['new', 'new'])
    })

    test('goes on with partitions that a topic gets, from their first record', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 1)
      await log.append([record(name, 'k', 'before')])
      const following = readInBackground(log, [name], {})
      const fromEnd = readInBackground(log, [name], { from: 'end' })
      const onlyNew = readInBackground(log, [name], { partitions: [2] })
      await Promise.all([following, fromEnd, onlyNew].map(({ caughtUp }) => caughtUp))
      await log.growTopic({ name, partitions: 3 })
      await log.append([0, 1, 2].map(partition => ({ ...record(name, 'k', partition), partition })))
      const seenBy = ({ seen }: { readonly seen: readonly LogRecord[] }): string => texts(seen).sort().join(' ')
      await waitUntil('all followers see them', () => following.seen.length >= 4 && fromEnd.seen.length >= 3)
      await waitUntil('the one of the new partition sees it', () => onlyNew.seen.length >= 1)
      expect([following, fromEnd, onlyNew].map(seenBy)).toEqual(['0 1 2 before', '0 1 2', '2'])
    })

    test('ends when its signal is aborted, before or during the read', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log)
      const reading = readInBackground(log, [name], {})
      await reading.caughtUp
      await reading.stop()
      await log.read([name], { from: 'beginning', follow: true }, () => {}, AbortSignal.abort())
    })

    test('throws the error of the function that receives the records', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log)
      await log.append([record(name, 'a', 1)])
      const failing = async (): Promise<void> => {
        throw new Error('cannot take it')
      }
      for (const follow of [false, true]) {
        const reading = log.read([name], { from: 'beginning', follow }, failing, AbortSignal.timeout(30_000))
        await expect(reading).rejects.toThrow('cannot take it')
      }
    })
  })
}
