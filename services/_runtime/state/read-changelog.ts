import { Fault } from '../core/faults.ts'
import type { EventLog, LogRecord, TopicPartition } from '../log/event-log.ts'
import { type Barrier, isBarrier, writerOf } from './changelog.ts'

/** A reader of a changelog that gets no records for this long is given up: new connections may find another leader. */
const stallTimeoutMs = 30_000

export type ChangelogPart = TopicPartition & {
  /** The offset of the first record to read. */
  readonly from: 'beginning' | number
  /** Where to end; without one, where the log says that it ends. */
  readonly barrier: Barrier | undefined
}

/**
 * Reads the changes of a changelog, up to the barrier or until the signal is aborted. What a broker says is the end of the log may
 * be old: a broker that hung does not know at first that another one leads the partition now. `onChanges` is given the newest time
 * of append of what was read, barriers included, `onProgress` the number of records and the offset after them. FLY_BROKER when no records come for thirty seconds before the barrier.
 */
export async function readChangelog(
  log: Pick<EventLog, 'read'>,
  { topic, partition, from, barrier }: ChangelogPart,
  onChanges: (changes: readonly LogRecord[], time: number) => Promise<void>,
  onProgress: (records: number, offset: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const ended = new AbortController()
  let stalled = false
  const timer = setTimeout(() => {
    stalled = barrier !== undefined
    if (stalled) ended.abort()
  }, stallTimeoutMs)
  const onRecords = async (records: readonly LogRecord[]): Promise<void> => {
    timer.refresh()
    const changes = records.filter(record => !isBarrier(record))
    await onChanges(changes, Math.max(...records.map(({ timestamp }) => timestamp)))
    for (const { offset } of records.slice(-1)) onProgress(records.length, offset + 1)
    if (records.some(record => isBarrier(record) && writerOf(record) === barrier?.writer)) ended.abort()
  }
  const start = from === 'beginning' ? from : [{ topic, partition, offset: from }]
  const options = { partitions: [partition], from: start, follow: barrier !== undefined }
  await log
    .read([topic], options, onRecords, AbortSignal.any([signal, ended.signal]))
    .finally(() => clearTimeout(timer))
  if (stalled && !signal.aborted)
    throw new Fault(
      'FLY_BROKER',
      `the state cannot be restored: ${topic}/${partition} had no records for ${stallTimeoutMs / 1000} s, and its end is not reached`,
      { topic, partition },
    )
}
