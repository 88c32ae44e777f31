import { expect, test } from 'vitest'
import { changelogRecords } from '#runtime/state/changelog.ts'
import { openPartitionState, type PartitionState } from '#runtime/state/partition-state.ts'
import { createSnapshotOpener } from '#runtime/state/snapshots.ts'
import type { StateShape } from '#runtime/state/state-shape.ts'
import { InMemoryChangelog, unobserved } from '#test/support/doubles/in-memory-changelog.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { stateTopic } from '#topology/derive/names.ts'
import { commit, kept } from './support.ts'

const topic = stateTopic('sampler')

/** From a number to an object, then to a text; the number 0 is not kept. */
const migrations = {
  1: ({ value }: { readonly value: unknown }) => (value === 0 ? null : { count: value }),
  2: ({ value }: { readonly value: unknown }) => `${(value as { readonly count: number }).count} times`,
}
const shape = (version: number, from: StateShape['migrations'] = migrations): StateShape => ({
  version,
  migrations: from,
})

/** A partition of a service with snapshots, opened by versions of the service with different shapes. */
function partition() {
  const changelog = new InMemoryChangelog()
  const warnings: string[] = []
  const logger = { warn: (_about: object, what?: string) => void warnings.push(String(what)) }
  const openSnapshot = createSnapshotOpener(temporaryFolder(), logger)
  const open = (of: StateShape): Promise<PartitionState> =>
    openPartitionState({ log: changelog.log, openSnapshot }, 'sampler', of, changelog.owner(), unobserved)
  const write = async (of: StateShape, ...values: readonly unknown[]): Promise<void> => {
    const opened = await open(of)
    await commit(opened, changelog, kept(...values))
    opened.close()
  }
  const read = async (of: StateShape): Promise<unknown> => {
    const opened = await open(of)
    opened.close()
    return [...opened.state.entries('a')]
  }
  return { changelog, write, read, warnings }
}

test('state of an earlier shape is migrated step by step, whatever its copy and later changes are', async () => {
  const { changelog, write, read, warnings } = partition()
  await write(shape(1), 1, 0, 3, 4)
  const opened: (readonly unknown[])[] = [
    ['k0', { count: 1 }],
    ['k2', { count: 3 }],
    ['k3', { count: 4 }],
  ]
  expect(await read(shape(2))).toEqual(opened)
  await write(shape(2), { count: 9 })
  changelog.append(changelogRecords(topic, 0, [{ collection: 'a', key: 'k2', value: null }], 'other', shape(2)))
  const last = [
    ['k3', '4 times'],
    ['k0', '9 times'],
  ]
  for (let round = 0; round < 2; round++) expect(await read(shape(3))).toEqual(last)
  // A copy is of one shape.
  expect(warnings).toEqual(Array(2).fill(expect.stringContaining('of another version')))
})

test('records from before shapes had versions are of the first', async () => {
  const { changelog, read } = partition()
  const records = changelogRecords(topic, 0, kept(7), 'before')
  changelog.append(records.map(record => ({ ...record, headers: { format: 'state/v1', writer: 'before' } })))
  expect(await read(shape(2))).toEqual([['k0', { count: 7 }]])
})

test('state without a migration to the shape that the service reads is refused with the way out, never misread', async () => {
  const { write, read } = partition()
  await write(shape(1), 1)
  const refusal = (message: RegExp) => ({ code: 'FLY_STATE', message: expect.stringMatching(message) })
  await expect(read(shape(2, {}))).rejects.toMatchObject(
    refusal(/state of shape 1.*reads shape 2.*give the service a migration from shape 1, or delete the topic/),
  )
  await expect(read(shape(3, { 1: migrations[1] }))).rejects.toMatchObject(refusal(/shape 1/))
})

test('state of a later shape is refused by the version of before', async () => {
  const { write, read } = partition()
  await write(shape(2), { count: 1 })
  await expect(read(shape(1))).rejects.toMatchObject({
    code: 'FLY_STATE',
    message: expect.stringMatching(/state of shape 2.*reads shape 1: run the version that wrote it, or delete/),
  })
})
