import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { LogRecord } from '#runtime/log/event-log.ts'
import { openPartitionState, type PartitionState } from '#runtime/state/partition-state.ts'
import { createSnapshotOpener } from '#runtime/state/snapshots.ts'
import type { State } from '#runtime/state/state.ts'
import { firstShape } from '#runtime/state/state-shape.ts'
import { InMemoryChangelog, unobserved } from '#test/support/doubles/in-memory-changelog.ts'
import { temporaryFolder } from '#test/support/folder.ts'

const collections = ['a', 'b']

const changes = fc.array(
  fc.record({
    collection: fc.constantFrom(...collections),
    key: fc.constantFrom('v', 'w', 'x', 'y', 'z'),
    value: fc.oneof({ weight: 2, arbitrary: fc.integer() }, { weight: 1, arbitrary: fc.constant(null) }),
  }),
  { minLength: 1, maxLength: 5 },
)

/** What happens to one partition of a service. A crash comes between the commit and all that follows it. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constant('commit' as const), changes }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('commit, end unknown' as const), changes }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('fail' as const), changes }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('commit and crash' as const), changes }) },
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constantFrom(
        ...(['restart', 'lose the copy', 'damage the copy', 'keep the copy', 'bring back the copy'] as const),
        ...(['compact', 'recreate', 'disk is full', 'disk has room'] as const),
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('move to machine' as const), machine: fc.constantFrom(0, 1) }),
  },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('away' as const), hours: fc.constantFrom(5, 30), changes }) },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('hours pass' as const), hours: fc.integer({ min: 1, max: 40 }) }),
  },
)

/** The fold of changes, told in the plainest way: collections with their keys in order. */
function fold(records: readonly LogRecord[]): unknown {
  const tables = new Map(collections.map(collection => [collection, new Map<string, unknown>()]))
  for (const { key, value } of records) {
    const [collection = '', name = ''] = String(key).split('\0')
    tables.get(collection)?.delete(name)
    if (value !== null) tables.get(collection)?.set(name, JSON.parse(value.toString()))
  }
  return collections.map(collection => [...(tables.get(collection) ?? [])])
}

const seen = (state: State): unknown => collections.map(collection => [...state.entries(collection)])

test('a state always equals the fold of all its changes, whatever becomes of commits, processes, machines, disks and copies', async () => {
  const home = temporaryFolder()
  let isDiskFull = false
  const { exec } = DatabaseSync.prototype
  const executing = vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, sql) {
    if (isDiskFull && sql === 'COMMIT') throw new Error('database or disk is full')
    exec.call(this, sql)
  })
  onTestFinished(() => executing.mockRestore())
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 16 }), async steps => {
      const root = join(home, String(run++))
      let folder = join(root, '0')
      isDiskFull = false
      const changelog = new InMemoryChangelog()
      const open = (): Promise<PartitionState> =>
        openPartitionState(
          { log: changelog.log, openSnapshot: createSnapshotOpener(folder, { warn: () => {} }) },
          'sampler',
          firstShape,
          changelog.owner(),
          unobserved,
        )
      let memory = await open()
      const restart = async (between = (): void => {}): Promise<void> => {
        memory.close()
        between()
        memory = await open()
      }
      for (const one of steps) {
        if (one.what === 'away') {
          // Another machine has the partition for some hours, then this one has it again.
          const here = folder
          await restart(() => {
            folder = join(root, 'away')
          })
          memory.state.apply(one.changes)
          await memory.markCommitted(changelog.append(memory.changelogRecords()))
          changelog.now += one.hours * 3_600_000
          changelog.compact()
          await restart(() => {
            folder = here
          })
        } else if (one.what === 'hours pass') changelog.now += one.hours * 3_600_000
        else if (one.what === 'compact') changelog.compact()
        else if (one.what === 'disk is full' || one.what === 'disk has room') isDiskFull = one.what === 'disk is full'
        else if ('changes' in one) {
          memory.state.apply(one.changes)
          if (one.what === 'fail') memory.rollBack()
          else {
            const ends = changelog.append(memory.changelogRecords())
            if (one.what === 'commit and crash') await restart()
            else await memory.markCommitted(one.what === 'commit' ? ends : [])
          }
        } else
          await restart(() => {
            const file = join(folder, 'sampler', '0.sqlite')
            const kept = join(root, 'kept.sqlite')
            if (one.what === 'lose the copy') rmSync(folder, { recursive: true, force: true })
            if (one.what === 'damage the copy') writeFileSync(file, 'no database')
            if (one.what === 'keep the copy' && existsSync(file)) cpSync(file, kept)
            if (one.what === 'bring back the copy' && existsSync(kept)) cpSync(kept, file)
            if (one.what === 'recreate') changelog.recreate()
            if (one.what === 'move to machine') folder = join(root, String(one.machine))
          })
        expect(seen(memory.state)).toEqual(fold(changelog.history))
      }
      memory.close()
    }),
    { numRuns: 200 },
  )
})
