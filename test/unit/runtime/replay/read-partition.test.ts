import { expect, onTestFinished, test } from 'vitest'
import type { EventLog, LogRecord, ReadOptions } from '#runtime/log/event-log.ts'
import { readPartition } from '#runtime/replay/read-partition.ts'
import { openEmbeddedLog } from '#test/support/embedded-log.ts'
import { temporaryFolder } from '#test/support/folder.ts'

const never = new AbortController().signal
const from = (offset: number) => ({ topic: 't', partition: 0, offset })
const record = (offset: number): LogRecord => ({
  ...from(offset),
  ...{ timestamp: 0, key: null, value: null, headers: {} },
})

/** A log of batches of two; `handed` counts those that it gave, `ended` says that nobody reads it any more. */
function slowLog(batches: number) {
  const seen = { handed: 0, ended: false }
  const read: EventLog['read'] = async (_topics, _options: ReadOptions, onRecords, signal) => {
    for (; seen.handed < batches && !signal.aborted; )
      await onRecords([record(2 * seen.handed), record(2 * seen.handed++ + 1)])
    seen.ended = true
  }
  return { log: { read } as EventLog, seen }
}

async function embedded(records: number): Promise<EventLog> {
  const log = openEmbeddedLog(temporaryFolder())
  onTestFinished(() => log.close())
  await log.createTopics([{ name: 't', partitions: 2, keep: 'forever' }])
  await log.append(
    Array.from({ length: records }, (_none, at) => ({
      topic: 't',
      partition: 0,
      key: null,
      value: Buffer.from(`${at}`),
    })),
  )
  return log
}

const offsetsOf = async (records: AsyncIterable<LogRecord>): Promise<number[]> => {
  const offsets: number[] = []
  for await (const { offset } of records) offsets.push(offset)
  return offsets
}

test('gives one partition from an offset to its end, over many batches', async () => {
  const log = await embedded(2_500)
  expect(await offsetsOf(readPartition(log, from(10), never))).toEqual(
    Array.from({ length: 2_490 }, (_none, at) => at + 10),
  )
  expect(await offsetsOf(readPartition(log, { ...from(0), partition: 1 }, never))).toEqual([])
})

test('reads no further than it is asked to, and lets go of the log when it has given enough', async () => {
  const { log, seen } = slowLog(1_000)
  const records = readPartition(log, from(0), never)
  for (const offset of [0, 1, 2]) expect((await records.next()).value).toMatchObject({ offset })
  expect(seen.handed).toBe(2)
  await records.return()
  expect(seen).toEqual({ handed: 2, ended: true })
})

test('throws what the log throws, and the reason of an abort', async () => {
  const log = await embedded(1)
  await expect(offsetsOf(readPartition(log, { ...from(0), topic: 'other' }, never))).rejects.toThrow(/other/)
  const stop = new AbortController()
  const { log: slow } = slowLog(1_000)
  const records = readPartition(slow, from(0), stop.signal)
  await records.next()
  stop.abort(new Error('enough'))
  await expect(offsetsOf(records)).rejects.toThrow('enough')
})
