import { randomUUID } from 'node:crypto'
import { stateTopic } from '#topology/derive/names.ts'
import type { ServiceName } from '#topology/types.ts'
import type { EventLog, NewRecord, Position } from '../log/event-log.ts'
import { changelogRecords } from './changelog.ts'
import { restoreState } from './restore.ts'
import type { OpenSnapshot } from './snapshots.ts'
import { State } from './state.ts'

/** The state of a service in one partition, from assignment to revocation. */
export type PartitionState = {
  readonly state: State
  /** The changes since the last `markCommitted` or `rollBack`, as records for the next transaction. */
  readonly changelogRecords: () => readonly NewRecord[]
  /** Call after the transaction with the last `changelogRecords` was committed. `ends` is the result of the commit. */
  readonly markCommitted: (ends: readonly Position[]) => void
  readonly rollBack: () => void
  readonly close: () => void
}

/** Restores the state of a stateful service; other services get an empty one. FLY_STATE when another version wrote the changelog. */
export async function openPartitionState(
  { log, openSnapshot }: { readonly log: EventLog; readonly openSnapshot: OpenSnapshot | undefined },
  service: ServiceName,
  isStateful: boolean,
  partition: number,
  signal: AbortSignal,
): Promise<PartitionState> {
  const topic = stateTopic(service)
  const writer = randomUUID()
  const snapshot = isStateful ? await openSnapshot?.(service, partition, signal) : undefined
  const close = (): void => snapshot?.close()
  const state = isStateful
    ? await restoreState(log, topic, partition, signal, snapshot).catch(error => {
        close()
        throw error
      })
    : new State()
  let written: readonly NewRecord[] = []
  return {
    state,
    changelogRecords() {
      written = changelogRecords(topic, partition, state.changes(), writer)
      return written
    },
    markCommitted(ends) {
      state.markCommitted()
      const end = ends.find(position => position.topic === topic)
      if (written.length > 0) snapshot?.write(written, end && { offset: end.offset, writer }, state)
      written = []
    },
    rollBack: () => state.rollBack(),
    close,
  }
}
