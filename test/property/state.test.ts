import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LogRecord } from '#runtime/log/event-log.ts'
import { openPartitionState, type PartitionState } from '#runtime/state/partition-state.ts'
import { createSnapshotOpener } from '#runtime/state/snapshots.ts'
import type { State } from '#runtime/state/state.ts'
import { InMemoryChangelog, unobserved } from '#test/support/doubles/in-memory-changelog.ts'
import { temporaryFolder } from '#test/support/folder.ts'

const collections = ['a', 'b']

const changes = fc.array(
  fc.record({
    collection: fc.constantFrom(...collections),
    key: fc.constantFrom('x', 'y', 'z'),
    value: fc.oneof({ weight: 3, arbitrary: fc.integer() }, { weight: 1, arbitrary: fc.constant(null) }),
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
        ...(['another machine', 'compact', 'recreate'] as const),
      ),
    }),
  },
)

/** The fold of a changelog, told in the plainest way: collections with their keys in order. */
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

test('a state always equals the fold of its changelog, whatever becomes of commits, processes and copies', async () => {
  const home = temporaryFolder()
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async steps => {
      const folder = join(home, String(run++))
      const file = join(folder, 'sampler', '0.sqlite')
      const kept = join(folder, 'kept.sqlite')
      const changelog = new InMemoryChangelog()
      const open = (where = folder): Promise<PartitionState> =>
        openPartitionState(
          { log: changelog.log, openSnapshot: createSnapshotOpener(where, { warn: () => {} }) },
          'sampler',
          true,
          changelog.owner(),
          unobserved,
        )
      let memory = await open()
      const restart = async (between = (): void => {}, where = folder): Promise<void> => {
        memory.close()
        between()
        memory = await open(where)
      }
      for (const one of steps) {
        if ('changes' in one) {
          memory.state.apply(one.changes)
          if (one.what === 'fail') memory.rollBack()
          else {
            const ends = changelog.append(memory.changelogRecords())
            if (one.what === 'commit and crash') await restart()
            else memory.markCommitted(one.what === 'commit' ? ends : [])
          }
        } else if (one.what === 'another machine') {
          await restart(() => {}, join(folder, 'other'))
          memory.state.apply([{ collection: 'a', key: 'x', value: 'elsewhere' }])
          memory.markCommitted(changelog.append(memory.changelogRecords()))
          await restart()
        } else if (one.what === 'compact') changelog.compact()
        else
          await restart(() => {
            if (one.what === 'lose the copy') rmSync(folder, { recursive: true })
            if (one.what === 'damage the copy') writeFileSync(file, 'no database')
            if (one.what === 'keep the copy') cpSync(file, kept)
            if (one.what === 'bring back the copy' && existsSync(kept)) cpSync(kept, file)
            if (one.what === 'recreate') changelog.recreate()
          })
        expect(seen(memory.state)).toEqual(fold(changelog.records))
      }
      memory.close()
    }),
    { numRuns: 60 },
  )
})
