import { pause } from '../../../core/abort.ts'
import { errorMessage } from '../../../core/faults.ts'
import type { EventLog } from '../../event-log.ts'
import { partitionKey, replacedLogFault, startOffset } from '../../positions.ts'
import { entryOf, type PartitionsByTopic } from '../admin/by-partition.ts'
import type { ClusterQuery } from '../admin/cluster-query.ts'
import type { KafkaSettings } from '../connection/client.ts'
import { rejectOnAbort } from '../retry.ts'
import { createFetcher } from './fetch.ts'
import { createFetchQueue, type FetchQueue } from './fetch-queue.ts'

const maxPollRecords = 1_000

const defaultPartitionsRefreshMs = 10_000

/** Reads without a group: the brokers store nothing about the reader. */
export function createReader(settings: KafkaSettings, query: ClusterQuery, closing: AbortSignal): EventLog['read'] {
  return async (topics, { partitions: wanted, from, follow, onCaughtUp }, onRecords, given) => {
    const signal = AbortSignal.any([given, closing])
    const loadPartitions = async (): Promise<PartitionsByTopic> => {
      const all = await query.partitions(topics, true)
      return new Map(
        Array.from(all, ([topic, numbers]) => [topic, numbers.filter(number => wanted?.includes(number) ?? true)]),
      )
    }
    const loadBounds = async () => {
      const partitions = await loadPartitions()
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
    const reading = new AbortController()
    try {
      for (const [topic, numbers] of partitions)
        for (const partition of numbers) {
          const at = { topic, partition }
          const end = entryOf(ends, at)
          const start = startOffset(from, { ...at, begin: entryOf(starts, at), end })
          // Without `follow`, a partition that has nothing to read is not fetched.
          if (follow || start < end) queue.openBuffer(topic, partition, start)
        }
      const buffersAtCall = [...queue.buffers]
      const hasReachedEnds = (): boolean => buffersAtCall.every(buffer => buffer.polledOffset >= entryOf(ends, buffer))
      if (follow) void openNewPartitions(settings, queue, loadPartitions, AbortSignal.any([signal, reading.signal]))
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
      reading.abort()
      queue.close()
      await fetcher.close()
    }
  }
}

/** Looks for partitions that the topics got since, until the signal is aborted, and reads them from their first record. */
async function openNewPartitions(
  { logger, partitionsRefreshMs = defaultPartitionsRefreshMs }: KafkaSettings,
  queue: FetchQueue,
  loadPartitions: () => Promise<PartitionsByTopic>,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await pause(partitionsRefreshMs, signal)
    if (signal.aborted) return
    const found = await loadPartitions().catch(error => {
      logger?.warn(
        { error: errorMessage(error) },
        'new partitions of followed topics cannot be looked for, trying again',
      )
    })
    if (signal.aborted || !found) continue
    const known = new Set(queue.buffers.map(partitionKey))
    for (const [topic, numbers] of found)
      for (const partition of numbers) {
        if (!known.has(partitionKey({ topic, partition }))) queue.openBuffer(topic, partition, 0)
      }
  }
}
