import { expect, onTestFinished, test } from 'vitest'
import { readSettings } from '#runtime/config/config.ts'
import { openRuntime } from '#runtime/host/open-runtime.ts'
import type { EventLog, LogRecord } from '#runtime/log/event-log.ts'
import { isBarrier } from '#runtime/state/changelog.ts'
import { createSnapshotOpener } from '#runtime/state/snapshots.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { stateTopic } from '#topology/derive/names.ts'
import { service, startStrategist } from '../dead-letters/support.ts'

test('a service at work keeps a copy, lets go of it at the end, and goes on from it', async () => {
  const settings = readSettings({
    ...{ FLYWHEEL_HOME: temporaryFolder(), FLYWHEEL_PORT: '0', FLYWHEEL_LOG_LEVEL: 'silent' },
  })
  const opened = await openRuntime(settings)
  onTestFinished(() => opened.close())
  const warnings: string[] = []
  const logger = { warn: (_details: object, message?: string) => void warnings.push(String(message)) }
  let read = 0
  const log: EventLog = {
    ...opened.log,
    read: (topics, options, onRecords, signal) => {
      const counted = (records: readonly LogRecord[]) => {
        if (topics.includes(stateTopic(service))) read += records.filter(record => !isBarrier(record)).length
        return onRecords(records)
      }
      return opened.log.read(topics, options, counted, signal)
    },
  }
  const world = { ...opened, log, openSnapshot: createSnapshotOpener(temporaryFolder(), logger) }
  for (const round of [0, 1]) {
    read = 0
    const { takes, dataset, answered, end } = await startStrategist(world)
    for (const number of [0, 1, 2]) await takes([dataset('a', `${round}/${number}`)])
    const numbers = Array.from({ length: 3 * (round + 1) }, (_, number) => number)
    expect((await answered('a')).map(([, before]) => before)).toEqual(numbers)
    await end()
    // Of three changes of one key, only the one that the copy had last.
    expect(read).toBe(round)
  }
  expect(warnings).toEqual([])
})
