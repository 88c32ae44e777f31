import { expect, onTestFinished, test } from 'vitest'
import { answersInTime } from '#runtime/log/answers-in-time.ts'
import type { EventLog, LogRecord } from '#runtime/log/event-log.ts'
import { openEmbeddedLog } from '#test/support/embedded-log.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { neverAborted } from '#test/support/never-aborted.ts'

const never = new Promise<never>(() => {})
const limits = { question: 20, records: 20 }
const noAnswer = { code: 'FLY_BROKER', message: expect.stringContaining('within 20 ms') }

/** A log that never answers, and how often it was asked. */
function silentLog() {
  let asked = 0
  const ask = (): Promise<never> => {
    asked++
    return never
  }
  const silent: EventLog = {
    ...openEmbeddedLog(temporaryFolder()),
    ...{ topics: ask, lag: ask, positionsAt: ask, committed: ask, bounds: ask, read: ask },
  }
  return { log: answersInTime(silent, limits), asked: () => asked }
}

test.each<[string, (log: EventLog) => Promise<unknown>]>([
  ['topics', log => log.topics()],
  ['a lag', log => log.lag('g', ['t'])],
  ['positions', log => log.positionsAt(['t'], 0)],
  ['committed positions', log => log.committed('g', ['t'])],
  ['bounds', log => log.bounds(['t'])],
  ['records', log => log.read(['t'], { from: 'beginning', follow: false }, () => {}, neverAborted)],
])('a log that does not answer with %s is FLY_BROKER after the time limit', async (_what, ask) => {
  await expect(ask(silentLog().log)).rejects.toMatchObject(noAnswer)
})

test('a question that is open is not asked again', async () => {
  const { log, asked } = silentLog()
  for (let look = 0; look < 3; look++) await expect(log.lag('g', ['t'])).rejects.toMatchObject(noAnswer)
  expect(asked()).toBe(1)
  await expect(log.lag('other', ['t'])).rejects.toMatchObject(noAnswer)
  expect(asked()).toBe(2)
})

test('a read may wait at its end, and its caller may take longer than the limit', async () => {
  const embedded = openEmbeddedLog(temporaryFolder())
  onTestFinished(() => embedded.close())
  await embedded.createTopics([{ name: 't', partitions: 1, keep: 'forever' }])
  const append = (key: string) => embedded.append([{ topic: 't', key, value: Buffer.from(key) }])
  await append('a')
  const log = answersInTime(embedded, limits)
  /** A time that is over the limit of records: a read that gets none has failed by then. */
  const limitOfRecordsPasses = () =>
    expect(silentLog().log.read(['t'], { from: 'beginning', follow: false }, () => {}, neverAborted)).rejects.toThrow()
  const stop = new AbortController()
  const keys: string[] = []
  const slow = async (records: readonly LogRecord[]): Promise<void> => {
    await limitOfRecordsPasses()
    await limitOfRecordsPasses()
    for (const { key } of records) keys.push(String(key))
    if (keys.length === 2) stop.abort()
  }
  const caughtUp = Promise.withResolvers<void>()
  const options = { from: 'beginning', follow: true, onCaughtUp: caughtUp.resolve } as const
  const reading = log.read(['t'], options, slow, stop.signal)
  await caughtUp.promise
  await limitOfRecordsPasses()
  await limitOfRecordsPasses()
  await append('b')
  await reading
  expect(keys).toEqual(['a', 'b'])
})
