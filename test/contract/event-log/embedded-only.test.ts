import { DatabaseSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { countRecords } from '#runtime/log/count-records.ts'
import { openEmbeddedLog } from '#test/support/embedded-log.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import {
  commitEach,
  createTopic,
  joinInBackground,
  readAll,
  readInBackground,
  record,
  texts,
  uniqueName,
} from './support.ts'

/** Behaviour of the embedded log beyond the contract. */
function openLog() {
  const log = openEmbeddedLog(temporaryFolder())
  onTestFinished(() => log.close())
  return log
}

test('appends of one tick share a transaction', async () => {
  const log = openLog()
  const name = await createTopic(log, 1)
  const exec = vi.spyOn(DatabaseSync.prototype, 'exec')
  onTestFinished(() => exec.mockRestore())
  await Promise.all(Array.from({ length: 50 }, (_, i) => log.append([record(name, 'k', i)])))
  expect(exec.mock.calls.filter(([sql]) => sql === 'COMMIT')).toHaveLength(1)
  expect(texts(await readAll(log, [name])).map(Number)).toEqual(Array.from({ length: 50 }, (_, i) => i))
})

test('a failed write is FLY_BROKER and leaves nothing; the next append has the next offset', async () => {
  const log = openLog()
  const name = await createTopic(log, 1)
  await log.append([record(name, 'k', 'before')])
  const { exec } = DatabaseSync.prototype
  const failing = vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, sql) {
    if (sql === 'COMMIT') throw Object.assign(new Error('disk I/O error'), { errcode: 10 })
    exec.call(this, sql)
  })
  onTestFinished(() => failing.mockRestore())
  const appended = Promise.allSettled([
    log.append([record(name, 'k', 'lost')]),
    log.append([record(name, 'k', 'lost')]),
  ])
  expect((await appended).map(one => one.status === 'rejected' && one.reason.code)).toEqual([
    'FLY_BROKER',
    'FLY_BROKER',
  ])
  failing.mockRestore()
  await log.append([record(name, 'k', 'after')])
  expect((await readAll(log, [name])).map(({ offset, value }) => `${offset} ${value}`)).toEqual(['0 before', '1 after'])
  expect(await countRecords(log, name)).toBe(2)
})

test('a group has one member at a time', async () => {
  const log = openLog()
  const name = await createTopic(log, 1)
  const group = uniqueName('group')
  const member = joinInBackground(
    log,
    group,
    [name],
    commitEach(() => {}),
  )
  const second = log.join(group, [name], async () => {}, AbortSignal.timeout(10_000))
  await expect(second).rejects.toMatchObject({ code: 'FLY_BUG', message: expect.stringContaining(group) })
  await member.stop()
  await joinInBackground(
    log,
    group,
    [name],
    commitEach(() => {}),
  ).stop()
})

test('members and readers get the new partitions of a topic', async () => {
  const log = openLog()
  const [wide, name] = [await createTopic(log, 2), await createTopic(log, 1)]
  const seen: string[] = []
  const started: number[] = []
  const member = joinInBackground(log, uniqueName('group'), [wide, name], async task => {
    started.push(task.partition)
    await commitEach(records => void seen.push(...texts(records)))(task)
  })
  const reading = readInBackground(log, [name], { from: 'end' })
  await reading.caughtUp
  await log.growTopic({ name, partitions: 3 })
  await log.append([0, 1, 2].map(partition => ({ ...record(name, 'k', partition), partition })))
  await waitUntil('both see all three', () => seen.length === 3 && reading.seen.length === 3)
  await member.stop()
  expect(started).toEqual([0, 1, 2])
})

test('a group cannot commit positions of other topics or partitions, nor lower ones', async () => {
  const log = openLog()
  const [name, other] = [await createTopic(log, 1), await createTopic(log, 1)]
  await log.append([record(name, 'k', 1), record(name, 'k', 2)])
  const codes: unknown[] = []
  const member = joinInBackground(log, uniqueName('group'), [name], async task => {
    await task.commit([], [{ topic: name, partition: 0, offset: 2 }])
    for (const position of [
      { topic: other, partition: 0, offset: 0 },
      { topic: name, partition: 1, offset: 0 },
      { topic: name, partition: 0, offset: 1 },
    ])
      await task.commit([], [position]).catch(error => codes.push(error.code))
  })
  await waitUntil('all were tried', () => codes.length === 3)
  await member.stop()
  expect(codes).toEqual(['FLY_BUG', 'FLY_BUG', 'FLY_BUG'])
})

test('a busy topic does not starve a quiet one', async () => {
  const log = openLog()
  const [busy, quiet] = [await createTopic(log, 1), await createTopic(log, 1)]
  await log.append(Array.from({ length: 500 }, (_, i) => record(busy, 'k', i)))
  await log.append([record(quiet, 'k', 'quiet')])
  const polls: string[][] = []
  const member = joinInBackground(log, uniqueName('group'), [busy, quiet], async task => {
    for (const max of [1, 1, 10, 10]) polls.push(texts(await task.poll(max)))
  })
  await waitUntil('it polled four times', () => polls.length === 4)
  await member.stop()
  expect(polls.slice(0, 2).flat()).toContain('quiet')
  expect(polls[3]).toHaveLength(10)
})

test('a poll is limited by bytes as well as by records', async () => {
  const log = openLog()
  const name = await createTopic(log, 1)
  await log.append(Array.from({ length: 40 }, () => ({ topic: name, key: 'k', value: Buffer.alloc(900_000) })))
  const sizes: number[] = []
  const member = joinInBackground(log, uniqueName('group'), [name], async task => {
    while (!task.signal.aborted) sizes.push((await task.poll(100)).length)
  })
  await waitUntil('all are polled', () => sizes.reduce((sum, size) => sum + size, 0) === 40)
  await member.stop()
  expect(Math.max(...sizes)).toBeLessThan(12)
})

test('closing ends members and readers and completes appends; later calls fail', async () => {
  const log = openLog()
  const name = await createTopic(log, 1)
  // The current batch is still committed.
  const member = joinInBackground(log, uniqueName('group'), [name], async task => {
    await task.poll(1)
    for (let i = 0; i < 20; i++) await turn()
    await task.commit([record(name, 'k', 'last')], [])
  })
  const reading = readInBackground(log, [name], {})
  await reading.caughtUp
  const appended = log.append([record(name, 'k', 1)])
  await log.close()
  await Promise.all([member.done, reading.done, appended, log.close()])
  await expect(log.append([record(name, 'k', 2)])).rejects.toMatchObject({ code: 'FLY_BUG' })
})
