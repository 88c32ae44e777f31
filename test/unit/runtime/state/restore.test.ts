import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test, vi } from 'vitest'
import { Fault } from '#runtime/core/faults.ts'
import type { LogRecord } from '#runtime/log/event-log.ts'
import { changelogRecords } from '#runtime/state/changelog.ts'
import { openPartitionState, type PartitionState, type StateContext } from '#runtime/state/partition-state.ts'
import { createSnapshotOpener } from '#runtime/state/snapshots.ts'
import { firstShape } from '#runtime/state/state-shape.ts'
import { InMemoryChangelog, unobserved } from '#test/support/doubles/in-memory-changelog.ts'
import { temporaryFolder } from '#test/support/folder.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { stateTopic } from '#topology/derive/names.ts'
import { commit, content, machine, used } from './support.ts'

const topic = stateTopic('sampler')

/** A changelog with ten keys by an earlier owner. A broker that was deposed shows the first five only, and nothing that follows. */
function halfShown() {
  const changelog = new InMemoryChangelog()
  const write = (from: number, to: number) => {
    const keys = Array.from({ length: to - from }, (_, at) => ({ collection: 'a', key: `k${from + at}`, value: 1 }))
    changelog.append(changelogRecords(topic, 0, keys, 'earlier owner'))
  }
  write(0, 5)
  changelog.hideWhatFollows()
  write(5, 10)
  return changelog
}

const open = (
  changelog: InMemoryChangelog,
  context: Partial<StateContext> = {},
  observer = unobserved,
): Promise<PartitionState> =>
  openPartitionState(
    { log: changelog.log, openSnapshot: undefined, ...context },
    'sampler',
    firstShape,
    changelog.owner(),
    observer,
  )

test('a restore does not end before the barrier, where a deposed leader says that the changelog ends', async () => {
  const changelog = halfShown()
  const left: number[] = []
  let read = 0
  const onProgress = (records: number, offsets: number): void => {
    read += records
    left.push(offsets)
  }
  const opening = open(changelog, {}, { ...unobserved, onProgress })
  await waitUntil('what the deposed leader has is read', () => changelog.readCount === 5)
  changelog.showAll()
  const { state } = await opening
  expect(state.keyCount).toBe(10)
  expect(left.at(-1)).toBe(0)
  // With the barrier.
  expect(read).toBe(11)
  expect(left[0]).toBeGreaterThan(0)
})

test('a restore that gets nothing for thirty seconds begins again, which is told', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const changelog = halfShown()
  const told: Fault[] = []
  const onRetry = (fault: Fault): void => {
    told.push(fault)
    changelog.showAll()
  }
  const opening = open(changelog, {}, { ...unobserved, onRetry })
  await vi.advanceTimersByTimeAsync(60_000)
  const { state } = await opening
  expect(told).toMatchObject([{ code: 'FLY_BROKER', message: expect.stringContaining(`${topic}/0`) }])
  expect(state.keyCount).toBe(10)
})

test('a restore is tried again while its barrier cannot be committed; being fenced ends it', async () => {
  const changelog = halfShown()
  changelog.showAll()
  const failures = ['FLY_BROKER', 'FLY_FENCED'] as const
  for (const code of failures) {
    const owner = changelog.owner()
    const failing = [new Fault(code, 'refused')]
    const commit: typeof owner.commit = async (...transaction) => {
      const failure = failing.pop()
      if (failure) throw failure
      return owner.commit(...transaction)
    }
    const context = { log: changelog.log, openSnapshot: undefined }
    const opening = openPartitionState(context, 'sampler', firstShape, { ...owner, commit }, unobserved)
    if (code === 'FLY_FENCED') await expect(opening).rejects.toMatchObject({ code })
    else expect((await opening).state.keyCount).toBe(10)
  }
})

test('a copy stays valid when compaction removes the barriers of other owners', async () => {
  const changelog = halfShown()
  changelog.showAll()
  const warnings: string[] = []
  const logger = { warn: (_about: object, what?: string) => void warnings.push(String(what)) }
  const openSnapshot = createSnapshotOpener(temporaryFolder(), logger)
  const here = await open(changelog, { openSnapshot })
  here.close()
  await open(changelog)
  changelog.compact()
  changelog.readCount = 0
  const again = await open(changelog, { openSnapshot })
  again.close()
  expect(again.state.keyCount).toBe(10)
  expect(changelog.readCount).toBe(1)
  expect(warnings).toEqual([])
})

test('barriers are no entries of the state, and one that is the newest record changes nothing', async () => {
  const changelog = halfShown()
  changelog.showAll()
  for (let owner = 0; owner < 3; owner++) await open(changelog)
  const { state } = await open(changelog)
  const all: LogRecord[] = []
  await changelog.log.read(
    [topic],
    { from: 'beginning', follow: false },
    records => void all.push(...records),
    new AbortController().signal,
  )
  expect(all).toHaveLength(10 + 4)
  expect([...state.entries('a')]).toHaveLength(10)
  expect(state.keyCount).toBe(10)
})

const hours = 3_600_000

/** Another machine has the partition for these hours, deletes a key and writes another one at the end. */
async function forgetElsewhere(changelog: InMemoryChangelog, length: number): Promise<void> {
  const memory = await machine(changelog).open()
  await commit(memory, changelog, [{ collection: 'a', key: 'k0', value: null }])
  changelog.now += length * hours
  await commit(memory, changelog, [{ collection: 'a', key: 'k1', value: 'new' }])
  memory.close()
  changelog.compact()
}

test('a copy from before deletions that compaction has removed is discarded: forgotten keys stay forgotten', async () => {
  const { open, changelog, warnings } = await used()
  await forgetElsewhere(changelog, 30)
  const memory = await open()
  expect(content(memory.state)).toEqual([...Array(8).fill('old'), 'new'])
  expect(warnings).toEqual([expect.stringContaining('older than the changelog keeps deletions')])
  memory.close()
  expect(content((await open()).state)).toEqual([...Array(8).fill('old'), 'new'])
  expect(warnings).toHaveLength(1)
})

test('a copy that is younger than deletions are kept is brought up to date by them', async () => {
  const { open, changelog, warnings } = await used()
  await forgetElsewhere(changelog, 12)
  expect(content((await open()).state)).toEqual([...Array(8).fill('old'), 'new'])
  expect(changelog.readCount).toBe(1 + 2)
  expect(warnings).toEqual([])
})

test('a copy whose update ended half-way is still as old as it was', async () => {
  const { open, changelog, warnings } = await used()
  const away = await machine(changelog).open()
  await commit(away, changelog, [{ collection: 'a', key: 'k0', value: null }])
  changelog.now += 12 * hours
  await commit(away, changelog, [{ collection: 'a', key: 'k1', value: 'new' }])
  changelog.now += 14 * hours
  await commit(away, changelog, [{ collection: 'a', key: 'k2', value: 'new' }])
  changelog.compact()
  // Ends after the first two records: the last one of the copy, and k1.
  const revoked = new AbortController()
  const { read } = changelog.log
  changelog.log.read = (topics, options, onRecords, signal) => {
    const oneBatch = async (records: readonly LogRecord[]): Promise<void> => {
      await onRecords(records)
      revoked.abort()
    }
    return read(topics, options, oneBatch, signal)
  }
  const memory = await open(revoked.signal)
  memory.close()
  changelog.log.read = read
  expect(content((await open()).state)).toEqual([...Array(7).fill('old'), 'new', 'new'])
  expect(warnings).toEqual([expect.stringContaining('older than the changelog keeps deletions')])
})

test('a copy that stayed behind on a full disk is discarded when it is too old', async () => {
  const { open, changelog, warnings } = await used()
  const memory = await open()
  const failing = vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(() => {
    throw new Error('database or disk is full')
  })
  onTestFinished(() => failing.mockRestore())
  await commit(memory, changelog, [{ collection: 'a', key: 'k0', value: null }])
  failing.mockRestore()
  changelog.now += 30 * hours
  await commit(memory, changelog, [{ collection: 'a', key: 'k1', value: 'later' }])
  memory.close()
  changelog.compact()
  expect(content((await open()).state)).toEqual([...Array(8).fill('old'), 'later'])
  expect(warnings).toEqual([
    expect.stringContaining('cannot be written'),
    expect.stringContaining('older than the changelog keeps deletions'),
  ])
})
