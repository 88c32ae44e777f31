import type { EventLog, LogRecord } from '../log/event-log.ts'
import { changeOf, writerOf } from './changelog.ts'
import type { Place, StateCopy } from './copy.ts'
import { State } from './state.ts'

/**
 * The state of one partition: the fold of its changelog, or of what a copy lacks onto the copy, which is brought up to date.
 * A copy is only believed where the changelog has the copy's last record at the same offset by the same writer: so one that
 * is ahead, or of another log, is not. FLY_STATE when another version wrote the changelog. Once the signal is aborted, what
 * it resolves with may be incomplete.
 */
export async function restore(
  log: EventLog,
  topic: string,
  partition: number,
  signal: AbortSignal,
  copy?: StateCopy,
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
    state.fold(records.map(changeOf))
    copy?.write(records, placeAfter(records), state)
  }

  if (copy?.held) {
    const { state, place } = copy.held
    const fold = foldInto(state)
    const ending = new AbortController()
    let believed = false
    const check = (records: readonly LogRecord[]): void => {
      const tail = believed ? records : records.slice(1)
      believed ||= isLast(place, records[0])
      if (!believed) ending.abort()
      else if (tail.length > 0) fold(tail)
    }
    await read(place.offset - 1, check, AbortSignal.any([signal, ending.signal]))
    if (believed || signal.aborted) return state
    copy.discard()
  }
  const state = new State()
  await read('beginning', foldInto(state))
  return state
}

const isLast = ({ offset, writer }: Place, record: LogRecord | undefined): boolean =>
  record?.offset === offset - 1 && writerOf(record) === writer

function placeAfter(records: readonly LogRecord[]): Place | undefined {
  const last = records.at(-1)
  return last && { offset: last.offset + 1, writer: writerOf(last) }
}
