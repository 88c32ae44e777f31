import type { EventLog, LogRecord } from '../log/event-log.ts'
import { changeOf, writerOf } from './changelog.ts'
import type { SnapshotPosition, StateSnapshot } from './snapshot.ts'
import { State } from './state.ts'

/**
 * Restores the state of one partition from its changelog, or from the snapshot and the rest of the changelog. The snapshot is
 * brought up to date. It is used only when the changelog has the last record of the snapshot at the same offset by the same
 * writer; otherwise the snapshot is ahead or belongs to another log, and is discarded. FLY_STATE when another version wrote
 * the changelog. The result may be incomplete when the signal was aborted.
 */
export async function restoreState(
  log: EventLog,
  topic: string,
  partition: number,
  signal: AbortSignal,
  snapshot?: StateSnapshot,
): Promise<State> {
  const read = (from: 'beginning' | number, onRecords: (records: readonly LogRecord[]) => void, until = signal) =>
    log.read(
      [topic],
      {
        partitions: [partition],
        from: from === 'beginning' ? from : [{ topic, partition, offset: from }],
        follow: false,
      },
      onRecords,
      until,
    )
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
      const tail = isVerified ? records : records.slice(1)
      isVerified ||= isLastRecord(position, records[0])
      if (!isVerified) mismatch.abort()
      else if (tail.length > 0) fold(tail)
    }
    await read(position.offset - 1, check, AbortSignal.any([signal, mismatch.signal]))
    if (isVerified || signal.aborted) return state
    snapshot.discard()
  }
  const state = new State()
  await read('beginning', foldInto(state))
  return state
}

const isLastRecord = ({ offset, writer }: SnapshotPosition, record: LogRecord | undefined): boolean =>
  record?.offset === offset - 1 && writerOf(record) === writer

function positionAfter(records: readonly LogRecord[]): SnapshotPosition | undefined {
  const last = records.at(-1)
  return last && { offset: last.offset + 1, writer: writerOf(last) }
}
