import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test, vi } from 'vitest'
import { countRecords } from '#runtime/log/count-records.ts'
import type { EmbeddedLog } from '#runtime/log/embedded/embedded-log.ts'
import type { NewRecord, TopicSpec } from '#runtime/log/event-log.ts'
import { maintainAfter, openEmbeddedLog } from '#test/support/embedded-log.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { consume, joinInBackground, keyOf, readAll, readInBackground, record, texts } from './support.ts'

const day = 86_400_000

/** A log with a clock that the test sets. */
async function logWith(keep: TopicSpec['keep'], partitions = 1) {
  const clock = { time: 1_000 * day, now: () => clock.time }
  const folder = temporaryFolder()
  const opened = { log: openEmbeddedLog(folder, clock) }
  onTestFinished(() => opened.log.close())
  await opened.log.createTopics([{ name: 't', partitions, keep }])
  const reopen = async (): Promise<EmbeddedLog> => {
    await opened.log.close()
    opened.log = openEmbeddedLog(folder, clock)
    return opened.log
  }
  return { log: opened.log, clock, reopen }
}

/** Appends records that are a day old for the next maintenance. */
async function appendADayAgo(log: EmbeddedLog, clock: { time: number }, records: readonly NewRecord[]): Promise<void> {
  clock.time += day + 1
  await maintainAfter(log, 1)
  clock.time -= day + 1
  await log.append(records)
  clock.time += day + 1
}

const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, i) => record('t', 'k', from + i))

test('offsets have no gaps', async () => {
  const { log } = await logWith('forever')
  for (let round = 0; round < 3; round++) await log.append(numbered(10, round * 10))
  expect((await readAll(log, ['t'])).map(({ offset }) => offset)).toEqual(Array.from({ length: 30 }, (_, i) => i))
})

test('records older than the retention are deleted, and no others', async () => {
  const { log, clock, reopen } = await logWith(7)
  await log.append(numbered(5_000))
  clock.time += 3 * day
  await log.append(numbered(10, 5_000))
  clock.time += 4 * day
  await maintainAfter(log, 7)
  expect(await countRecords(log, 't')).toBe(5_010)
  clock.time += 1
  await log.maintain()
  const again = await reopen()
  expect(await countRecords(again, 't')).toBe(10)
  expect((await readAll(again, ['t'])).map(({ offset }) => offset)).toEqual(
    Array.from({ length: 10 }, (_, i) => 5_000 + i),
  )
  clock.time += 8 * day
  await maintainAfter(again, 8)
  expect(await countRecords(again, 't')).toBe(0)
  await again.append(numbered(1, 5_010))
  expect((await readAll(again, ['t'])).map(({ offset }) => offset)).toEqual([5_010])
})

test('a clock that jumps forward does not expire the log before it is corrected', async () => {
  const { log, clock, reopen } = await logWith(7)
  await log.append(numbered(10))
  clock.time += 3_650 * day
  for (let minute = 0; minute < 60; minute++) await log.maintain()
  const again = await reopen()
  await again.maintain()
  expect(await countRecords(again, 't')).toBe(10)
  clock.time -= 3_650 * day
  await again.maintain()
  clock.time += 6 * day
  await maintainAfter(again, 6)
  expect(await countRecords(again, 't')).toBe(10)
})

test('positions are found by time among the records that are left', async () => {
  const { log, clock } = await logWith(1)
  for (let at = 0; at < 3; at++) {
    await log.append(numbered(2, at * 2))
    clock.time += 0.4 * day
  }
  await maintainAfter(log, 1.2)
  const left = ['2', '3', '4', '5']
  for (const [time, expected] of [
    [0, left],
    [1_000 * day + 1, left],
    [1_000.4 * day, left],
    [1_000.4 * day + 1, left.slice(2)],
    [1_000.8 * day + 1, []],
  ] as const)
    expect(texts(await readAll(log, ['t'], { from: await log.positionsAt(['t'], time) }))).toEqual(expected)
  expect(texts(await readAll(log, ['t'], { from: [{ topic: 't', partition: 0, offset: 1 }] }))).toEqual(left)
})

test('a group that was away for longer than the retention is told what was deleted, and continues with the oldest record left', async () => {
  const { log, clock } = await logWith(1)
  await log.append(numbered(4))
  expect(texts(await consume(log, 'g', ['t'], 4))).toHaveLength(4)
  await log.append(numbered(4, 4))
  clock.time += 2 * day
  await log.append(numbered(2, 8))
  await maintainAfter(log, 2)
  expect((await log.lag('g', ['t']))[0]).toMatchObject({ records: 2, oldest: clock.time, problem: 'deleted' })
  expect(await pollTwice(log)).toEqual([[], [{ topic: 't', partition: 0, from: 4, to: 8 }], ['8', '9'], []])
})

test('a consumer that retention overtakes is told what was deleted', async () => {
  const { log, clock } = await logWith(1)
  await log.append(numbered(4))
  const result = await pollTwice(log, async () => {
    clock.time += 2 * day
    await log.append(numbered(1, 4))
    await maintainAfter(log, 2)
  })
  expect(result).toEqual([['0', '1'], [], [], [{ topic: 't', partition: 0, from: 2, to: 4 }]])
})

/** The values and gaps of two polls; `between` runs between them. */
async function pollTwice(log: EmbeddedLog, between = async () => {}): Promise<unknown[]> {
  const results: unknown[] = []
  const member = joinInBackground(log, 'g', ['t'], async task => {
    results.push(texts(await task.poll(2)), task.takeGaps())
    await between()
    results.push(texts(await task.poll(2)), task.takeGaps())
  })
  await waitUntil('it has polled twice', () => results.length === 4)
  await member.stop()
  return results
}

test('records of other topics stay', async () => {
  const { log, clock } = await logWith('forever')
  await log.append(numbered(3))
  clock.time += 40 * day
  await maintainAfter(log, 40)
  expect(await countRecords(log, 't')).toBe(3)
})

test('of a compacted topic the newest record of each key stays, at its offset', async () => {
  const { log, reopen } = await logWith('compact', 2)
  for (let round = 0; round < 30; round++)
    await log.append(Array.from({ length: 100 }, (_, i) => record('t', `key-${i}`, `${round}`)))
  const before = (await readAll(log, ['t'])).filter(one => one.value?.toString() === '29')
  await log.maintain()
  const again = await reopen()
  expect(await readAll(again, ['t'])).toEqual(before)
  expect(await countRecords(again, 't')).toBe(100)
  await again.append([record('t', 'key-1', 'newer')])
  expect((await readAll(again, ['t'])).at(-1)?.offset).toBeGreaterThanOrEqual(1_000)
})

test('so many new records that compaction takes several passes leave the newest of each key, and no old tombstone', async () => {
  const { log, clock } = await logWith('compact')
  const named = (at: number): NewRecord => ({
    ...record('t', `key-${at % 7_000}`, at),
    ...(at < 7_000 && { value: null }),
  })
  await appendADayAgo(log, clock, [{ topic: 't', key: 'gone', value: null }])
  for (let at = 0; at < 250_000; at += 50_000) await log.append(Array.from({ length: 50_000 }, (_, i) => named(at + i)))
  await log.maintain()
  const values = texts(await readAll(log, ['t']))
  expect(values).toEqual(Array.from({ length: 7_000 }, (_, i) => `${243_000 + i}`))
  expect(await countRecords(log, 't')).toBe(7_000)
})

test('maintenance that has not ended is joined, not run twice at a time', async () => {
  const { log } = await logWith('compact')
  const running = log.maintain()
  expect(log.maintain()).toBe(running)
  await running
  expect(log.maintain()).not.toBe(running)
})

test('a compacted topic is not rewritten for a few new records', async () => {
  const { log } = await logWith('compact')
  await log.append(numbered(999))
  await log.maintain()
  expect(await countRecords(log, 't')).toBe(999)
  await log.append(numbered(1))
  await log.maintain()
  expect(await countRecords(log, 't')).toBe(1)
})

test('a deletion is kept for a day after its value, so that readers see it, and is then removed', async () => {
  const { log, clock } = await logWith('compact')
  await log.append(numbered(1_500))
  await log.append([record('t', 'gone', 'x'), { topic: 't', key: 'gone', value: null }])
  await log.maintain()
  expect((await readAll(log, ['t'])).map(one => [keyOf(one), one.value?.toString()])).toEqual([
    ['k', '1499'],
    ['gone', undefined],
  ])
  clock.time += day + 1
  await maintainAfter(log, 1)
  await log.append(numbered(1_500))
  await log.maintain()
  expect((await readAll(log, ['t'])).map(keyOf)).toEqual(['k'])
})

test('a crash during compaction never restores deleted values', async () => {
  const { log, clock } = await logWith('compact')
  await appendADayAgo(log, clock, [...numbered(5_000), { topic: 't', key: 'k', value: null }])
  const { exec } = DatabaseSync.prototype
  let commits = 0
  const failing = vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, sql) {
    // The first one stores the time of retention.
    if (sql === 'COMMIT' && ++commits === 3) throw new Error('cut off')
    exec.call(this, sql)
  })
  onTestFinished(() => failing.mockRestore())
  await expect(log.maintain()).rejects.toThrow('cut off')
  failing.mockRestore()
  const left = await readAll(log, ['t'])
  expect(left.length).toBeLessThan(5_001)
  expect(left.at(-1)?.value).toBeNull()
  await log.maintain()
  expect(await countRecords(log, 't')).toBe(0)
})

test('compacted records do not count as lag, and are skipped', async () => {
  const { log, clock } = await logWith('compact')
  await appendADayAgo(log, clock, [...numbered(1_200), { topic: 't', key: 'k', value: null }])
  await log.maintain()
  expect(await log.lag('g', ['t'])).toEqual([{ topic: 't', partition: 0, records: 0, oldest: null }])
  const reading = readInBackground(log, ['t'], {})
  expect(await reading.caughtUp).toBe(0)
  await log.append(numbered(1))
  expect(texts(await consume(log, 'g', ['t'], 1))).toEqual(['0'])
})
