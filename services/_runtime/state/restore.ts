import { at } from '../core/checked.ts'
import { type EventLog, type LogRecord, tombstoneRetentionMs } from '../log/event-log.ts'
import { type Barrier, type ChangelogEntry, changeOf, toChangelogEntry, writerOf } from './changelog.ts'
import { readChangelog } from './read-changelog.ts'
import type { SnapshotPosition, StateSnapshot } from './snapshot.ts'
import { State, type StateChange } from './state.ts'
import { firstShape, type StateShape, shapeVersionOf } from './state-shape.ts'

/** A snapshot that is older than this, in milliseconds, is not used. The margin is for reading, and for clocks of brokers that differ. */
const maxSnapshotAgeMs = 0.75 * tombstoneRetentionMs

export type RestoreOptions = {
  readonly snapshot?: StateSnapshot | undefined
  /** The shape of the state; the first one when absent. */
  readonly shape?: StateShape | undefined
  /** Where the changelog ends for its owner. Without one the result may lack what was committed last. */
  readonly barrier?: Barrier
  /** Called while the changelog is read, with the number of records that were read and the offset after them. */
  readonly onProgress?: (records: number, offset: number) => void
}

/**
 * Restores the state of one partition from its changelog, or from the snapshot and the rest of the changelog. The snapshot is
 * brought up to date. FLY_STATE when another version wrote the changelog, FLY_BROKER when it cannot be read up to the barrier. The
 * result may be incomplete when the signal was aborted.
 *
 * A snapshot is discarded in two cases:
 * - The changelog does not have the last change of the snapshot at the same offset by the same writer. Then the snapshot is ahead
 *   or belongs to another log.
 * - It was at the end of the changelog long before a record that follows, such as the barrier. Then deletions that it lacks may have
 *   been removed by compaction. Both times are those at which brokers appended records, so no clock of this machine matters.
 */
export async function restoreState(
  log: Pick<EventLog, 'read'>,
  topic: string,
  partition: number,
  signal: AbortSignal,
  { snapshot, shape = firstShape, barrier, onProgress = () => {} }: RestoreOptions = {},
): Promise<State> {
  const read = (
    from: 'beginning' | number,
    onChanges: (records: readonly LogRecord[], time: number) => Promise<void>,
    until = signal,
  ): Promise<void> => readChangelog(log, { topic, partition, from, barrier }, onChanges, onProgress, until)

  const inCurrentShape =
    (changes: readonly StateChange[]) =>
    (record: LogRecord, index: number): ChangelogEntry =>
      shapeVersionOf(record) === shape.version ? record : toChangelogEntry(at(changes, index))

  /** The snapshot gets a position once all records are in it: one that is left half-way is as old as before. */
  const foldInto = (state: State, start?: SnapshotPosition) => {
    let end = start
    let newest = 0
    return {
      fold: async (records: readonly LogRecord[], time: number): Promise<void> => {
        const changes = records.map(record => changeOf(record, shape))
        state.applyCommitted(changes)
        end = positionAfter(records) ?? end
        newest = Math.max(newest, time)
        await snapshot?.write(records.map(inCurrentShape(changes)), undefined, state)
      },
      finish: async (): Promise<void> => {
        if (end && !signal.aborted) await snapshot?.markCurrent(end, newest)
      },
    }
  }

  if (snapshot?.loaded) {
    const { state, position, time } = snapshot.loaded
    const { fold, finish } = foldInto(state, position)
    const rejected = new AbortController()
    let why = 'is ahead of the changelog or of another one'
    let last: LogRecord | undefined
    const verify = async (records: readonly LogRecord[], newest: number): Promise<void> => {
      if (rejected.signal.aborted) return
      const tail = last === undefined ? records.slice(1) : records
      last ??= isLastChange(position, records[0]) ? records[0] : undefined
      if (last === undefined) return rejected.abort()
      // In both directions: after a clock of a broker was set back, times say nothing.
      if (Math.abs(newest - Math.max(time, last.timestamp)) > maxSnapshotAgeMs) {
        why = 'is older than the changelog keeps deletions'
        return rejected.abort()
      }
      await fold(tail, newest)
    }
    // Of a log that ends before the snapshot's last change, nothing would be read.
    if (barrier === undefined || position.offset < barrier.end)
      await read(position.offset - 1, verify, AbortSignal.any([signal, rejected.signal]))
    if (signal.aborted) return state
    if (last !== undefined && !rejected.signal.aborted) {
      await finish()
      return state
    }
    snapshot.reject(why)
  }
  const state = new State()
  const { fold, finish } = foldInto(state)
  await snapshot?.clear()
  await read('beginning', fold)
  await finish()
  return state
}

const isLastChange = ({ offset, writer }: SnapshotPosition, record: LogRecord | undefined): boolean =>
  record?.offset === offset - 1 && writerOf(record) === writer

function positionAfter(records: readonly LogRecord[]): SnapshotPosition | undefined {
  const last = records.at(-1)
  return last && { offset: last.offset + 1, writer: writerOf(last) }
}
