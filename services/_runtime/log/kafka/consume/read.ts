import type { EventLog, LogRecord } from '../../event-log.ts'
import { startOffset } from '../../positions.ts'
import type { KafkaSettings } from '../connection/client.ts'
import type { ClusterQuery, OffsetsByPartition } from '../connection/cluster-query.ts'
import { rejectOnAbort } from '../faults.ts'
import { createFetcher } from './fetch.ts'
import { createFetchQueue, type PartitionBuffer } from './fetch-queue.ts'

const maxPollRecords = 1_000

/** Reads without a group: nothing of it is left at the brokers afterwards. */
export function createReader(settings: KafkaSettings, query: ClusterQuery, closing: AbortSignal): EventLog['read'] {
  return async (topics, { partitions, from, follow, onCaughtUp }, onRecords, given) => {
    const signal = AbortSignal.any([given, closing])
    const loadBounds = async () => {
      const all = await query.partitions(topics)
      const of = new Map(
        [...all].map(([topic, numbers]) => [topic, numbers.filter(number => partitions?.includes(number) ?? true)]),
      )
      return { of, ends: await query.offsets('end', of), starts: await query.offsets('start', of) }
    }
    const bounds = await rejectOnAbort(signal, loadBounds()).catch(error => {
      if (!signal.aborted) throw error
    })
    if (!bounds) return
    const { of, ends, starts } = bounds
    const fetcher = createFetcher(settings)
    const queue = createFetchQueue(fetcher, settings.queueBytes ?? 4_194_304)
    try {
      for (const [topic, numbers] of of)
        for (const number of numbers) {
          const end = offsetOf(ends, topic, number)
          const start = startOffset(from, { topic, partition: number }, offsetOf(starts, topic, number), end)
          // Without `follow`, a partition is read up to its end as it was; one that holds nothing is not even asked for.
          if (follow || start < end) queue.openBuffer(topic, number, start)
        }
      const reached = (): boolean => queue.buffers.every(source => source.polledOffset() >= endOf(ends, source))
      let caughtUp = false
      while (!signal.aborted) {
        if (!caughtUp && reached()) {
          caughtUp = true
          onCaughtUp?.()
          if (!follow) return
        }
        const taken = await queue.poll(maxPollRecords, signal, () => !caughtUp && reached())
        const records = follow
          ? taken
          : taken.filter(record => record.offset < offsetOf(ends, record.topic, record.partition))
        if (records.length > 0) await onRecords(records)
      }
    } finally {
      queue.close()
      await fetcher.close()
    }
  }
}

/** Records that a reader would see, by reading them. */
export async function countRecords(read: EventLog['read'], topic: string): Promise<number> {
  let found = 0
  const add = (records: readonly LogRecord[]): void => {
    found += records.length
  }
  await read([topic], { from: 'beginning', follow: false }, add, new AbortController().signal)
  return found
}

const offsetOf = (offsets: OffsetsByPartition, topic: string, partition: number): number =>
  offsets.get(topic)?.get(partition) ?? 0
const endOf = (offsets: OffsetsByPartition, { topic, partition }: PartitionBuffer): number =>
  offsetOf(offsets, topic, partition)
