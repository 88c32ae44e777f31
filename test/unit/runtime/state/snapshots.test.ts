import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { openPartitionState, type PartitionState } from '#runtime/state/partition-state.ts'
import { createSnapshotOpener } from '#runtime/state/snapshots.ts'
import { firstShape } from '#runtime/state/state-shape.ts'
import { unobserved } from '#test/support/doubles/in-memory-changelog.ts'
import { changeFile, commit, content, kept, machine, used } from './support.ts'

test.each<[string, (file: string) => void]>([
  ['no database', file => writeFileSync(file, 'x'.repeat(10_000))],
  ['cut off', file => writeFileSync(file, Buffer.alloc(4096, 1))],
  ['a folder', file => [rmSync(file), mkdirSync(join(file, 'x'), { recursive: true })]],
  ['of another version', file => changeFile(file, 'PRAGMA user_version = 99')],
  ['of another program', file => changeFile(file, 'PRAGMA application_id = 99')],
  ['of another changelog format', file => changeFile(file, "UPDATE place SET format = 'state/v0'")],
  ['without its tables', file => changeFile(file, 'DROP TABLE batches')],
  ['not JSON', file => changeFile(file, "UPDATE batches SET keys = 'secret'")],
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

test('what a damaged copy holds is not logged', async () => {
  const warn = vi.fn()
  const { file, changelog } = await used()
  changeFile(file, "UPDATE batches SET keys = 'secret'")
  const openSnapshot = createSnapshotOpener(dirname(dirname(file)), { warn })
  const context = { log: changelog.log, openSnapshot }
  const memory = await openPartitionState(context, 'sampler', firstShape, changelog.owner(), unobserved)
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
  await commit(after, changelog, kept('new'))
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
  await commit(memory, changelog, kept('a'))
  memory.close()
  expect(content((await open()).state)).toEqual(['a'])
  expect(warnings.filter(what => what.includes('cannot be used'))).toHaveLength(2)
})
