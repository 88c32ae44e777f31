import { describe, expect, test } from 'vitest'
import { at } from '#runtime/core/checked.ts'
import type { EventLog, LogRecord, NewRecord, Position, ReadOptions } from '#runtime/log/event-log.ts'
import { positionsAfter } from '#runtime/log/positions.ts'
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
  sorted,
  textOf,
  texts,
  uniqueName,
} from './support.ts'

export function positionsContract(open: OpenLog): void {
  describe('read from positions', () => {
    test('starts each partition at its position, and partitions without one at their beginning', async () => {
      const { log } = await openForTest(open)
      const [name, other] = [await createTopic(log, 2), await createTopic(log, 1)]
      await log.append([0, 1, 2].flatMap(n => [0, 1].map(partition => recordIn(name, partition, `${partition}${n}`))))
      await log.append([record(other, 'k', 'other')])
      const from = positionsAfter((await readAll(log, [name], { partitions: [1] })).slice(0, 2))
      expect(texts(await readAll(log, [name, other], { from })).sort()).toEqual(['00', '01', '02', '12', 'other'])
    })

    test('reads a partition from its beginning where the position is after the end', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 1)
      await log.append([record(name, 'k', 'old')])
      const from = [{ topic: name, partition: 0, offset: 1_000 }]
      expect(texts(await readAll(log, [name], { from }))).toEqual(['old'])
      const reading = readInBackground(log, [name], { from })
      expect(await reading.caughtUp).toBe(1)
      await log.append([record(name, 'k', 'new')])
      await waitUntil('the new one arrives', () => reading.seen.length > 1)
      expect(texts(reading.seen)).toEqual(['old', 'new'])
    })
  })

  describe('positionsAt', () => {
    test('finds the first record of each partition that was appended at or after a time', async () => {
      const { log } = await openForTest(open)
      const name = await createTopic(log, 2)
      for (const round of [0, 1, 2]) {
        await log.append([0, 1].map(partition => recordIn(name, partition, round)))
        const [newest] = (await readAll(log, [name])).slice(-1)
        // The log uses this machine's clock: the next round has a later time.
        await waitUntil('time passes', () => Date.now() > (newest?.timestamp ?? 0))
      }
      const all = await readAll(log, [name])
      for (const { timestamp } of all)
        for (const time of [timestamp - 1, timestamp, timestamp + 1])
          expect(await readFrom(log, name, await log.positionsAt([name], time))).toEqual(
            inOrder(all.filter(one => one.timestamp >= time)),
          )
    })

    test('is the beginning for the oldest times, and the end for future times', async () => {
      const { log } = await openForTest(open)
      const [name, empty] = [await createTopic(log, 1), await createTopic(log, 1)]
      await consume(log, uniqueName('group'), [await oneRecord(log)], 1, () => [
        record(name, 'k', 1),
        record(name, 'k', 2),
      ])
      const all = await readAll(log, [name])
      for (const time of [-1, 0]) {
        const found = await log.positionsAt([name, empty], time)
        expect(sorted(found).map(({ topic, partition }) => [topic, partition])).toEqual(
          sorted([name, empty].map(topic => ({ topic, partition: 0 }))).map(one => [one.topic, one.partition]),
        )
        expect(await readFrom(log, name, found)).toEqual(inOrder(all))
      }
      for (const time of [Date.now() + 1e9, Number.MAX_SAFE_INTEGER]) {
        const found = await log.positionsAt([name], time)
        expect(await readFrom(log, name, found)).toEqual([])
        await log.append([record(name, 'k', 'next')])
        expect((await readFrom(log, name, found)).map(({ text }) => text)).toEqual(['next'])
      }
    })
  })

  describe('committed', () => {
    test('is where a group continues; partitions without a commit are left out', async () => {
      const { log } = await openForTest(open)
      const [name, other] = [await createTopic(log, 2), await createTopic(log, 2)]
      const group = uniqueName('group')
      expect(await log.committed(group, [name, other])).toEqual([])
      await log.append([1, 2, 3].map(n => recordIn(name, 1, n)))
      await consumeTwo(log, group, [name, other])
      const found = await log.committed(group, [name, other])
      expect(found.map(({ topic, partition }) => ({ topic, partition }))).toEqual([{ topic: name, partition: 1 }])
      expect(texts(await readAll(log, [name], { partitions: [1], from: found }))).toEqual(['3'])
      expect(await log.committed(uniqueName('group'), [name])).toEqual([])
    })
  })

  describe('the result of a commit', () => {
    test('is the offset after its last output in each partition it wrote', async () => {
      const { log } = await openForTest(open)
      const [input, output] = [await createTopic(log, 1), await createTopic(log, 3)]
      // Several requests to one partition, and a partition without records.
      const first = Array.from({ length: 2_500 }, (_, n) => recordIn(output, n % 5 === 0 ? 0 : 2, n))
      const ends = await commits(log, input, [first, [recordIn(output, 2, 'later')], []])
      const all = await readAll(log, [output])
      const before = all.filter(one => textOf(one) !== 'later')
      expect(ends.map(sorted)).toEqual([
        sorted(positionsAfter(before)),
        sorted(positionsAfter(all)).filter(({ partition }) => partition === 2),
        [],
      ])
      expect(texts(await readAll(log, [output], { from: at(ends, 0) }))).toEqual(['later'])
    })
  })
}

const recordIn = (topic: string, partition: number, value: string | number): NewRecord => ({
  ...record(topic, 'k', value),
  partition,
})

const inOrder = (records: readonly LogRecord[]) =>
  records
    .map(one => ({ partition: one.partition, offset: one.offset, text: textOf(one) }))
    .sort((a, b) => a.partition - b.partition || a.offset - b.offset)

const readFrom = async (log: EventLog, topic: string, from: ReadOptions['from']) =>
  inOrder(await readAll(log, [topic], { from }))

async function oneRecord(log: EventLog): Promise<string> {
  const name = await createTopic(log, 1)
  await log.append([record(name, 'k', 1)])
  return name
}

/** Commits the first two records of partition 1. */
async function consumeTwo(log: EventLog, group: string, topics: readonly string[]): Promise<void> {
  let done = false
  const member = joinInBackground(log, group, topics, async task => {
    if (task.partition !== 1) return
    const records: LogRecord[] = []
    while (records.length < 2 && !task.signal.aborted) records.push(...(await task.poll(2 - records.length)))
    await task.commit([], positionsAfter(records))
    done = true
  })
  await waitUntil('two are committed', () => done)
  await member.stop()
}

/** Commits several outputs one after the other, and returns the result of each. */
async function commits(
  log: EventLog,
  input: string,
  outputs: readonly (readonly NewRecord[])[],
): Promise<(readonly Position[])[]> {
  const ends: (readonly Position[])[] = []
  const member = joinInBackground(log, uniqueName('group'), [input], async task => {
    for (const each of outputs) ends.push(await task.commit(each, []))
  })
  await waitUntil('all are committed', () => ends.length === outputs.length)
  await member.stop()
  return ends
}
