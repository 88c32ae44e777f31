import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'
import { openPartitionState, type PartitionState } from '#runtime/state/partition-state.ts'
import { createSnapshotOpener } from '#runtime/state/snapshots.ts'
import type { State, StateChange } from '#runtime/state/state.ts'
import { firstShape } from '#runtime/state/state-shape.ts'
import { InMemoryChangelog, unobserved } from '#test/support/doubles/in-memory-changelog.ts'
import { temporaryFolder } from '#test/support/folder.ts'

/** A partition of a service's state on one machine. */
export function machine(changelog = new InMemoryChangelog()) {
  const folder = join(temporaryFolder(), 'state')
  const warnings: string[] = []
  const logger = { warn: (_about: object, what: string) => warnings.push(what) }
  const openSnapshot = createSnapshotOpener(folder, logger as never)
  const open = async (signal = new AbortController().signal): Promise<PartitionState> => {
    changelog.readCount = 0
    const context = { log: changelog.log, openSnapshot }
    const memory = await openPartitionState(context, 'sampler', firstShape, changelog.owner(signal), unobserved)
    onTestFinished(() => memory.close())
    return memory
  }
  const file = join(folder, 'sampler', '0.sqlite')
  return { changelog, open, file, warnings }
}

export const kept = (...values: readonly unknown[]): StateChange[] =>
  values.map((value, at) => ({ collection: 'a', key: `k${at}`, value }))

export async function commit(
  memory: PartitionState,
  changelog: InMemoryChangelog,
  changes: readonly StateChange[],
): Promise<void> {
  memory.state.apply(changes)
  await memory.markCommitted(changelog.append(memory.changelogRecords()))
}

export const content = (state: State): unknown[] => [...state.entries('a')].map(([, value]) => value)

/** A machine that has had the partition, ten keys of it. */
export async function used(changelog?: InMemoryChangelog) {
  const here = machine(changelog)
  const memory = await here.open()
  await commit(memory, here.changelog, kept(...Array(10).fill('old')))
  memory.close()
  return here
}

export function changeFile(file: string, sql: string): void {
  const db = new DatabaseSync(file)
  db.exec(sql)
  db.close()
}
