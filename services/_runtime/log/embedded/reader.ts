import { setImmediate as nextTurn } from 'node:timers/promises'
import { requiredValue } from '../../core/checked.ts'
import type { LogRecord, ReadOptions } from '../event-log.ts'
import { startOffset } from '../positions.ts'
import type { LogComponents } from './components.ts'
import { type EmbeddedPartition, waitForRecords } from './partition.ts'

const maxReadRecords = 1_000

/** Reads partitions without a group. */
export async function readPartitions(
  { topics, records }: LogComponents,
  names: readonly string[],
  options: ReadOptions,
  onRecords: (records: readonly LogRecord[]) => void | Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { partitions: wanted, from, follow } = options
  const ofTopics = (): EmbeddedPartition[] => names.flatMap(name => topics.get(name).partitions)
  const all = (): EmbeddedPartition[] =>
    ofTopics().filter(({ number }) => wanted === undefined || wanted.includes(number))
  const endsAtCall = new Map(all().map(partition => [partition, partition.next]))
  const positions = new Map(
    Array.from(endsAtCall, ([partition, end]) => [
      partition,
      startOffset(from, { topic: partition.topic, partition: partition.number, begin: partition.start, end }),
    ]),
  )

  /** Delivers one batch of each partition that has records below its end. False when none has. */
  const deliver = async (endOf: (partition: EmbeddedPartition) => number): Promise<boolean> => {
    let delivered = false
    for (const [partition, position] of positions) {
      if (position >= endOf(partition) || signal.aborted) continue
      const batch = records.read(partition, Math.max(position, partition.start), endOf(partition), maxReadRecords)
      positions.set(partition, batch.next)
      delivered = true
      if (batch.records.length > 0) await onRecords(batch.records)
      // SQLite answers synchronously: without this, a long read would block the event loop.
      await nextTurn()
    }
    return delivered
  }

  while (await deliver(partition => requiredValue(endsAtCall, partition)));
  if (signal.aborted) return
  options.onCaughtUp?.()
  while (follow && !signal.aborted) {
    // A topic may have grown. A new partition is read from its beginning.
    for (const partition of all()) if (!positions.has(partition)) positions.set(partition, 0)
    // Of all partitions, since it may follow one that the topic does not have yet.
    if (!(await deliver(({ next }) => next))) await waitForRecords(ofTopics(), signal)
  }
}
