import { describe, expect, test } from 'vitest'
import { countRecords } from '#runtime/log/count-records.ts'
import type { LogRecord, NewRecord, PartitionConsumer } from '#runtime/log/event-log.ts'
import { positionsAfter } from '#runtime/log/positions.ts'
import { maxValueBytes } from '#runtime/log/record-size.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import {
  consume,
  createTopic,
  joinInBackground,
  type OpenLog,
  openForTest,
  readAll,
  readInBackground,
  record,
  textOf,
  texts,
  uniqueName,
} from './support.ts'

const doubledValues =
  (topic: string) =>
  (records: readonly LogRecord[]): NewRecord[] =>
    records.map(one => record(topic, one.key?.toString() ?? null, Number(textOf(one)) * 2))

export function transactionContract(open: OpenLog): void {
  describe('commit', () => {
    test('writes outputs once per input, also when members come and go', async () => {
      const { log, restart } = await openForTest(open)
      const [input, output] = [await createTopic(log, 2), await createTopic(log, 3)]
      const group = uniqueName('group')
      const numbers = Array.from({ length: 40 }, (_, i) => i)
      await log.append(numbers.slice(0, 20).map(i => record(input, `${i}`, i)))
      await consume(log, group, [input], 20, doubledValues(output))
      await log.append(numbers.slice(20).map(i => record(input, `${i}`, i)))
      await log.close()
      const again = await restart()
      await consume(again, group, [input], 20, doubledValues(output))
      // Kafka shows a commit a moment after it has answered.
      await waitUntil('all outputs are visible', async () => (await countRecords(again, output)) >= 40)
      const written = texts(await readAll(again, [output])).map(Number)
      expect(written.sort((a, b) => a - b)).toEqual(numbers.map(i => i * 2))
      expect(await countRecords(again, output)).toBe(40)
    })

    test('shows followers the outputs of whole commits, in the order of each key', async () => {
      const { log } = await openForTest(open)
      const [input, output] = [await createTopic(log, 1), await createTopic(log, 1)]
      await log.append(Array.from({ length: 50 }, (_, i) => record(input, 'k', i)))
      const reading = readInBackground(log, [output], {})
      await consume(log, uniqueName('group'), [input], 50, doubledValues(output))
      await waitUntil('all outputs arrive', () => reading.seen.length >= 50)
      expect(texts(reading.seen).map(Number)).toEqual(Array.from({ length: 50 }, (_, i) => i * 2))
    })

    test('may have outputs only, or positions only', async () => {
      const { log } = await openForTest(open)
      const [input, output] = [await createTopic(log, 1), await createTopic(log, 1)]
      const group = uniqueName('group')
      await log.append([record(input, 'k', 1)])
      let done = false
      const member = joinInBackground(log, group, [input], async task => {
        const records = await task.poll(10)
        await task.commit([record(output, 'k', 'alone')], [])
        await task.commit([], positionsAfter(records))
        done = true
      })
      await waitUntil('both are committed', () => done)
      await member.stop()
      expect(texts(await readAll(log, [output]))).toEqual(['alone'])
      expect((await log.lag(group, [input]))[0]?.records).toBe(0)
    })

    test('that fails writes no output and no position, and the next one of the same records does', async () => {
      const { log } = await openForTest(open)
      const [input, output] = [await createTopic(log, 1), await createTopic(log, 1)]
      const group = uniqueName('group')
      await log.append([1, 2, 3].map(i => record(input, 'k', i)))
      const codes: unknown[] = []
      const member = joinInBackground(log, group, [input], async (task: PartitionConsumer) => {
        const records = await pollAll(task, 3)
        const outputs = [record(output, 'k', 'small'), record(output, 'k', 'x'.repeat(maxValueBytes * 2))]
        await task.commit(outputs, positionsAfter(records)).catch(error => codes.push(error.code))
        codes.push(...(await log.lag(group, [input])).map(({ records: behind }) => behind))
        await task.commit(outputs.slice(0, 1), positionsAfter(records))
      })
      await waitUntil('the second try is committed', async () => (await countRecords(log, output)) > 0)
      await member.stop()
      expect(codes).toEqual(['FLY_TOO_LARGE', 3])
      expect(texts(await readAll(log, [output]))).toEqual(['small'])
      expect((await log.lag(group, [input]))[0]?.records).toBe(0)
    })

    test('to a missing topic is FLY_TOPIC, and its records come again to the next owner, those of the last commit do not', async () => {
      const { log } = await openForTest(open)
      const input = await createTopic(log, 1)
      await log.append([1, 2, 3, 4].map(i => record(input, 'k', i)))
      const seen: string[] = []
      const group = uniqueName('group')
      const member = joinInBackground(log, group, [input], async task => {
        const first = await pollAll(task, 2)
        await task.commit([], positionsAfter(first))
        const second = await pollAll(task, 2)
        const failure = await task
          .commit([record(uniqueName('none'), 'k', 1)], positionsAfter(second))
          .catch(error => error.code)
        seen.push(...texts(first), ...texts(second), failure)
      })
      await waitUntil('the work is done', () => seen.length > 0)
      await member.stop()
      expect(seen).toEqual(['1', '2', '3', '4', 'FLY_TOPIC'])
      expect(texts(await consume(log, group, [input], 2))).toEqual(['3', '4'])
    })

    test('after the member has left the group is FLY_FENCED and writes nothing', async () => {
      const { log } = await openForTest(open)
      const [input, output] = [await createTopic(log, 1), await createTopic(log, 1)]
      const group = uniqueName('group')
      await log.append([record(input, 'k', 1)])
      let late: PartitionConsumer | undefined
      let polled: readonly LogRecord[] = []
      const member = joinInBackground(log, group, [input], async task => {
        polled = await task.poll(10)
        late = task
      })
      await waitUntil('it was polled', () => late !== undefined)
      await member.stop()
      const commit = late?.commit([record(output, 'k', 'late')], positionsAfter(polled))
      await expect(commit).rejects.toMatchObject({ code: 'FLY_FENCED' })
      expect(await readAll(log, [output])).toEqual([])
      expect((await log.lag(group, [input]))[0]?.records).toBe(1)
    })
  })
}

/** Polls until it has `count` records, which a log may deliver in several polls. */
async function pollAll(task: PartitionConsumer, count: number): Promise<readonly LogRecord[]> {
  const all: LogRecord[] = []
  while (all.length < count && !task.signal.aborted) all.push(...(await task.poll(count - all.length)))
  return all
}
