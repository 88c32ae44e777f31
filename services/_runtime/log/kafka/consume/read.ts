import type { EventLog, LogRecord } from '../../event-log.ts'
import { replacedLogFault, startOffset } from '../../positions.ts'
import { entryOf } from '../admin/by-partition.ts'
import type { ClusterQuery } from '../admin/cluster-query.ts'
import type { KafkaSettings } from '../connection/client.ts'
import { rejectOnAbort } from '../retry.ts'
import { createFetcher } from './fetch.ts'
import { createFetchQueue } from './fetch-queue.ts'

const maxPollRecords = 1_000

/** Reads without a group: the brokers store nothing about the reader. */
export function createReader(settings: KafkaSettings, query: ClusterQuery, closing: AbortSignal): EventLog['read'] {
  return async (topics, { partitions: wanted, from, follow, onCaughtUp }, onRecords, given) => {
    const signal = AbortSignal.any([given, closing])
    const loadBounds = async () => {
      const all = await query.partitions(topics)
      const partitions = new Map(
        Array.from(all, ([topic, numbers]) => [topic, numbers.filter(number => wanted?.includes(number) ?? true)]),
      )
      const ends = await query.offsets('end', partitions)
      return { partitions, ends, starts: await query.offsets('start', partitions) }
    }
    const bounds = await rejectOnAbort(signal, loadBounds()).catch(error => {
      if (!signal.aborted) throw error
    })
    if (!bounds) return
    const { partitions, ends, starts } = bounds
    const fetcher = createFetcher(settings)
    const queue = createFetchQueue(fetcher, replacedLogFault)
    try {
      for (const [topic, numbers] of partitions)
        for (const partition of numbers) {
          const at = { topic, partition }
          const end = entryOf(ends, at)
          const start = startOffset(from, { ...at, begin: entryOf(starts, at), end })
          // Without `follow`, a partition that has nothing to read is not fetched.
          if (follow || start < end) queue.openBuffer(topic, partition, start)
        }
      const hasReachedEnds = (): boolean => queue.buffers.every(buffer => buffer.polledOffset >= entryOf(ends, buffer))
      let caughtUp = false
      while (!signal.aborted) {
        if (!caughtUp && hasReachedEnds()) {
          caughtUp = true
          onCaughtUp?.()
          if (!follow) return
        }
        const polled = await queue.poll(maxPollRecords, signal, () => !caughtUp && hasReachedEnds())
        const records = follow ? polled : polled.filter(record => record.offset < entryOf(ends, record))
        if (records.length > 0) await onRecords(records)
      }
    } finally {
      queue.close()
      await fetcher.close()
    }
  }
}

/** Counts the records that a reader sees, by reading them: offsets have gaps. */
export async function countRecords(read: EventLog['read'], topic: string): Promise<number> {
  let count = 0
  const add = (records: readonly LogRecord[]): void => {
    count += records.length
  }
  await read([topic], { from: 'beginning', follow: false }, add, new AbortController().signal)
  return count
}
