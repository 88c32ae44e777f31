import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { StateChange } from '#runtime/state/state.ts'
import { turnsDuring } from '#test/support/event-loop-turns.ts'
import { changeFile, commit, content, kept, machine, used } from './support.ts'

test('after a restart only the last record that the copy has is read again', async () => {
  const { open, changelog, warnings } = await used()
  const memory = await open()
  expect(content(memory.state)).toEqual(Array(10).fill('old'))
  expect(changelog.readCount).toBe(1)
  expect(warnings).toEqual([])
})

test('a copy that is behind is brought up to date by what it lacks', async () => {
  const { open, changelog } = await used()
  // Another machine had the partition for a while.
  const away = machine(changelog)
  const elsewhere = await away.open()
  await commit(elsewhere, changelog, kept('new', 'new'))
  elsewhere.close()
  for (const read of [1 + 2, 1]) {
    const memory = await open()
    expect(content(memory.state)).toEqual([...Array(8).fill('old'), 'new', 'new'])
    expect(changelog.readCount).toBe(read)
    memory.close()
  }
})

test('after a commit whose end is not known, what it wrote is read again', async () => {
  const { open, changelog, warnings } = await used()
  const memory = await open()
  memory.state.apply(kept('new'))
  changelog.append(memory.changelogRecords())
  await memory.markCommitted([])
  memory.close()
  expect(content((await open()).state)).toEqual([...Array(9).fill('old'), 'new'])
  expect(changelog.readCount).toBe(1 + 1)
  expect(warnings).toEqual([])
})

test.each([
  ['is ahead of the changelog', 0],
  ['is of another changelog, even one that is longer', 20],
])('a copy that %s is discarded with a warning', async (_what, news) => {
  const { open, changelog, warnings } = await used()
  changelog.recreate()
  const away = machine(changelog)
  const elsewhere = await away.open()
  if (news > 0) await commit(elsewhere, changelog, kept(...Array(news).fill('other')))
  const memory = await open()
  expect(content(memory.state)).toEqual(Array(news).fill('other'))
  expect(warnings).toEqual([expect.stringContaining('ahead of the changelog or of another one')])
  await commit(memory, changelog, kept('own'))
  memory.close()
  expect((await open()).state.get('a', 'k0')).toBe('own')
  expect(changelog.readCount).toBe(1)
})

test('a copy that cannot be written any more stays behind, without gaps', async () => {
  const { open, changelog, warnings } = await used()
  const memory = await open()
  const { exec } = DatabaseSync.prototype
  const failing = vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, sql) {
    if (sql === 'COMMIT') throw new Error('disk I/O error')
    exec.call(this, sql)
  })
  onTestFinished(() => failing.mockRestore())
  await commit(memory, changelog, kept('lost'))
  failing.mockRestore()
  await commit(memory, changelog, [{ collection: 'a', key: 'k1', value: 'later' }])
  expect(warnings).toEqual([expect.stringContaining('cannot be written')])
  memory.close()
  expect(content((await open()).state)).toEqual([...Array(8).fill('old'), 'lost', 'later'])
  expect(changelog.readCount).toBe(1 + 2)
})

test('a copy is as old as its last write at the end of the changelog; one that cannot be written ages', async () => {
  const { open, changelog } = machine()
  let now = 1_000
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now)
  onTestFinished(() => clock.mockRestore())
  const memory = await open()
  expect(memory.snapshotAgeSeconds()).toBeUndefined()
  await commit(memory, changelog, kept('one'))
  now = 6_000
  expect(memory.snapshotAgeSeconds()).toBe(5)
  await commit(memory, changelog, kept('two'))
  expect(memory.snapshotAgeSeconds()).toBe(0)
  const failing = vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(() => {
    throw new Error('disk I/O error')
  })
  now = 7_000
  await commit(memory, changelog, kept('lost')).finally(() => failing.mockRestore())
  now = 9_000
  expect(memory.snapshotAgeSeconds()).toBe(3)
  memory.close()
  expect((await open()).snapshotAgeSeconds()).toBe(0)
})

test('while a copy is loaded and while it is rewritten the event loop turns after each row', async () => {
  const { open, changelog, file } = machine()
  const many = (value: string): StateChange[] => kept(...Array(5_000).fill(value))
  const memory = await open()
  await commit(memory, changelog, many('first'))
  // So every part of the work is as long as a slice of time.
  let now = 0
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 1_000))
  onTestFinished(() => clock.mockRestore())
  const turns: number[] = []
  for (let round = 0; round < 12; round++) turns.push(await turnsDuring(commit(memory, changelog, many(`${round}`))))
  expect(turns.map(count => count >= 5)).toEqual([...Array(11).fill(false), true])
  memory.close()
  const size = statSync(file).size
  expect(await turnsDuring(open())).toBeGreaterThanOrEqual(5)
  expect(statSync(file).size).toBe(size)
  expect(changelog.readCount).toBe(1)
})

test('a rewrite that a crash ended does not count', async () => {
  const { open, changelog, file } = await used()
  changeFile(file, `INSERT INTO batches SELECT last + 1, '["a\\u0000k0"]', CAST('["half"]' AS BLOB) FROM place`)
  const memory = await open()
  expect(content(memory.state)).toEqual(Array(10).fill('old'))
  await commit(memory, changelog, kept('new'))
  memory.close()
  expect(content((await open()).state)).toEqual([...Array(9).fill('old'), 'new'])
  expect(changelog.readCount).toBe(1)
})

test('a copy does not grow with its changes, but with what is kept', async () => {
  const { open, changelog, file } = machine()
  const memory = await open()
  for (let round = 0; round < 400; round++)
    await commit(
      memory,
      changelog,
      Array.from({ length: 250 }, (_, at) => ({ collection: 'a', key: `${at % 50}/${round % 3}`, value: `${round}` })),
    )
  const before = [...memory.state.entries('a')]
  memory.close()
  expect(statSync(file).size).toBeLessThan(1_500_000)
  changelog.compact()
  expect([...(await open()).state.entries('a')]).toEqual(before)
  expect(changelog.readCount).toBe(1)
})
