import { setImmediate as turn } from 'node:timers/promises'
import { type LogRecord, type ReadOptions, startOffset } from '../event-log.ts'
import type { LogComponents } from './partition-consumer.ts'
import type { EmbeddedPartition } from './topics.ts'
import { waitForRecords } from './wait-for-records.ts'

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
  const all = (): EmbeddedPartition[] =>
    names
      .flatMap(name => topics.get(name).partitions)
      .filter(({ number }) => wanted === undefined || wanted.includes(number))
  const ends = new Map(all().map(partition => [partition, partition.next]))
  const positions = new Map(
    Array.from(ends, ([partition, end]) => [
      partition,
      startOffset(from, { topic: partition.topic, partition: partition.number }, partition.start, end),
    ]),
  )

  /** Delivers what there is below each end; true when there was nothing. */
  const deliver = async (endOf: (partition: EmbeddedPartition) => number): Promise<boolean> => {
    let idle = true
    for (const [partition, position] of positions) {
      if (position >= endOf(partition) || signal.aborted) continue
      const batch = records.read(partition, Math.max(position, partition.start), endOf(partition), maxReadRecords)
      positions.set(partition, batch.next)
      idle = false
      if (batch.records.length > 0) await onRecords(batch.records)
      // SQLite answers at once: without a turn of the event loop, a long read would hold up everything else.
      await turn()
    }
    return idle
  }

  while (!(await deliver(partition => ends.get(partition) ?? 0)) && !signal.aborted);
  if (signal.aborted) return
  options.onCaughtUp?.()
  while (follow && !signal.aborted) {
    // A topic may have grown: all of a new partition is news.
    for (const partition of all()) if (!positions.has(partition)) positions.set(partition, 0)
    if (await deliver(({ next }) => next)) await waitForRecords([...positions.keys()], signal)
  }
}
