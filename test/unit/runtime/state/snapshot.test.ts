import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openPartitionState, type PartitionState } from '#runtime/state/partition-state.ts'
import { createSnapshotOpener } from '#runtime/state/snapshots.ts'
import type { State, StateChange } from '#runtime/state/state.ts'
import { InMemoryChangelog, unobserved } from '#test/support/doubles/in-memory-changelog.ts'
import { temporaryFolder } from '#test/support/folder.ts'

/** A partition of a service's state on one machine. */
function machine(changelog = new InMemoryChangelog()) {
  const folder = join(temporaryFolder(), 'state')
  const warnings: string[] = []
  const logger = { warn: (_about: object, what: string) => warnings.push(what) }
  const openSnapshot = createSnapshotOpener(folder, logger as never)
  const open = async (signal = new AbortController().signal): Promise<PartitionState> => {
    changelog.readCount = 0
    const context = { log: changelog.log, openSnapshot }
    const memory = await openPartitionState(context, 'sampler', true, changelog.owner(signal), unobserved)
    onTestFinished(() => memory.close())
    return memory
  }
  const file = join(folder, 'sampler', '0.sqlite')
  return { changelog, open, file, warnings }
}

const kept = (...values: readonly unknown[]): StateChange[] =>
  values.map((value, at) => ({ collection: 'a', key: `k${at}`, value }))

function commit(memory: PartitionState, changelog: InMemoryChangelog, changes: readonly StateChange[]): void {
  memory.state.apply(changes)
  memory.markCommitted(changelog.append(memory.changelogRecords()))
}

const content = (state: State): unknown[] => [...state.entries('a')].map(([, value]) => value)

/** A machine that has had the partition, ten keys of it. */
async function used(changelog?: InMemoryChangelog) {
  const here = machine(changelog)
  const memory = await here.open()
  commit(memory, here.changelog, kept(...Array(10).fill('old')))
  memory.close()
  return here
}

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
  commit(elsewhere, changelog, kept('new', 'new'))
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
  memory.markCommitted([])
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
  if (news > 0) commit(elsewhere, changelog, kept(...Array(news).fill('other')))
  const memory = await open()
  expect(content(memory.state)).toEqual(Array(news).fill('other'))
  expect(warnings).toEqual([expect.stringContaining('ahead of the changelog or of another one')])
  commit(memory, changelog, kept('own'))
  memory.close()
  expect((await open()).state.get('a', 'k0')).toBe('own')
  expect(changelog.readCount).toBe(1)
})

test.each<[string, (file: string) => void]>([
  ['no database', file => writeFileSync(file, 'x'.repeat(10_000))],
  ['cut off', file => writeFileSync(file, Buffer.alloc(4096, 1))],
  ['a folder', file => [rmSync(file), mkdirSync(join(file, 'x'), { recursive: true })]],
  ['of another version', file => change(file, 'PRAGMA user_version = 99')],
  ['of another program', file => change(file, 'PRAGMA application_id = 99')],
  ['of another changelog format', file => change(file, "UPDATE place SET format = 'state/v0'")],
  ['without its tables', file => change(file, 'DROP TABLE batches')],
  ['not JSON', file => change(file, "UPDATE batches SET keys = 'secret'")],
])('a copy that is %s is discarded with a warning', async (_what, damage) => {
  const { open, changelog, file, warnings } = await used()
  damage(file)
  const memory = await open()
  expect(content(memory.state)).toEqual(Array(10).fill('old'))
  expect(changelog.readCount).toBe(10)
  expect(warnings).toEqual([expect.stringContaining('damaged or of another version')])
  memory.close()
  expect(content((await open()).state)).toEqual(Array(10).fill('old'))
  expect(changelog.readCount).toBe(1)
})

function change(file: string, sql: string): void {
  const db = new DatabaseSync(file)
  db.exec(sql)
  db.close()
}

test('what a damaged copy holds is not logged', async () => {
  const warn = vi.fn()
  const { file, changelog } = await used()
  change(file, "UPDATE batches SET keys = 'secret'")
  const openSnapshot = createSnapshotOpener(dirname(dirname(file)), { warn })
  const context = { log: changelog.log, openSnapshot }
  const memory = await openPartitionState(context, 'sampler', true, changelog.owner(), unobserved)
  memory.close()
  expect(warn).toHaveBeenCalledOnce()
  expect(JSON.stringify(warn.mock.calls)).not.toContain('secret')
})

test('a copy that another process has is waited for', async () => {
  const { open, changelog, warnings } = await used()
  const before = await open()
  let after: PartitionState | undefined
  const opening = open().then(memory => {
    after = memory
  })
  before.close()
  await opening
  expect(after && content(after.state)).toEqual(Array(10).fill('old'))
  expect(changelog.readCount).toBe(1)
  expect(warnings).toEqual([])
})

test('a copy that another process keeps is gone without, and stays as it is', async () => {
  const { open, changelog, warnings } = await used()
  const before = await open()
  const after = await open()
  expect(content(after.state)).toEqual(Array(10).fill('old'))
  expect(changelog.readCount).toBe(10)
  expect(warnings).toEqual([expect.stringContaining('cannot be used')])
  commit(after, changelog, kept('new'))
  before.close()
  after.close()
  expect((await open()).state.get('a', 'k0')).toBe('new')
  expect(changelog.readCount).toBe(1 + 1)
})

test('where no copy can be written the service goes on without', async () => {
  const { open, changelog, file, warnings } = machine()
  mkdirSync(dirname(dirname(file)), { recursive: true })
  writeFileSync(dirname(file), 'not a folder')
  const memory = await open()
  commit(memory, changelog, kept('a'))
  memory.close()
  expect(content((await open()).state)).toEqual(['a'])
  expect(warnings.filter(what => what.includes('cannot be used'))).toHaveLength(2)
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
  commit(memory, changelog, kept('lost'))
  failing.mockRestore()
  commit(memory, changelog, [{ collection: 'a', key: 'k1', value: 'later' }])
  expect(warnings).toEqual([expect.stringContaining('cannot be written')])
  memory.close()
  expect(content((await open()).state)).toEqual([...Array(8).fill('old'), 'lost', 'later'])
  expect(changelog.readCount).toBe(1 + 2)
})

test('a copy does not grow with its changes, but with what is kept', async () => {
  const { open, changelog, file } = machine()
  const memory = await open()
  for (let round = 0; round < 400; round++)
    commit(
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
