import type { EventLog, LogRecord } from '../log/event-log.ts'
import { type Barrier, changeOf, writerOf } from './changelog.ts'
import { readChangelog } from './read-changelog.ts'
import type { SnapshotPosition, StateSnapshot } from './snapshot.ts'
import { State } from './state.ts'

export type RestoreOptions = {
  readonly snapshot?: StateSnapshot | undefined
  /** Where the changelog ends for its owner. Without one the result may lack what was committed last. */
  readonly barrier?: Barrier
  /** Called while the changelog is read, with the offset after what was read. */
  readonly onProgress?: (offset: number) => void
}

/**
 * Restores the state of one partition from its changelog, or from the snapshot and the rest of the changelog. The snapshot is
 * brought up to date. It is used only when the changelog has the last change of the snapshot at the same offset by the same
 * writer; otherwise the snapshot is ahead or belongs to another log, and is discarded. FLY_STATE when another version wrote
 * the changelog, FLY_BROKER when it cannot be read up to the barrier. The result may be incomplete when the signal was aborted.
 */
export async function restoreState(
  log: Pick<EventLog, 'read'>,
  topic: string,
  partition: number,
  signal: AbortSignal,
  { snapshot, barrier, onProgress = () => {} }: RestoreOptions = {},
): Promise<State> {
  const read = (
    from: 'beginning' | number,
    onChanges: (records: readonly LogRecord[]) => void,
    until = signal,
  ): Promise<void> => readChangelog(log, { topic, partition, from, barrier }, onChanges, onProgress, until)
  const foldInto = (state: State) => (records: readonly LogRecord[]) => {
    state.applyCommitted(records.map(changeOf))
    snapshot?.write(records, positionAfter(records), state)
  }

  if (snapshot?.loaded) {
    const { state, position } = snapshot.loaded
    const fold = foldInto(state)
    const mismatch = new AbortController()
    let isVerified = false
    const check = (records: readonly LogRecord[]): void => {
      if (mismatch.signal.aborted) return
      const tail = isVerified ? records : records.slice(1)
      isVerified ||= isLastChange(position, records[0])
      if (!isVerified) mismatch.abort()
      else if (tail.length > 0) fold(tail)
    }
    // Of a log that ends before the snapshot's last change, nothing would be read.
    if (barrier === undefined || position.offset < barrier.end)
      await read(position.offset - 1, check, AbortSignal.any([signal, mismatch.signal]))
    if (isVerified || signal.aborted) return state
    snapshot.discard()
  }
  const state = new State()
  await read('beginning', foldInto(state))
  return state
}

const isLastChange = ({ offset, writer }: SnapshotPosition, record: LogRecord | undefined): boolean =>
  record?.offset === offset - 1 && writerOf(record) === writer

function positionAfter(records: readonly LogRecord[]): SnapshotPosition | undefined {
  const last = records.at(-1)
  return last && { offset: last.offset + 1, writer: writerOf(last) }
}
