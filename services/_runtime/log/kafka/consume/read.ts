import { beginning, type EventLog, type LogRecord } from '../../event-log.ts'
import type { KafkaSettings } from '../connection/client.ts'
import type { Offsets, Query } from '../connection/query.ts'
import { unlessAborted } from '../faults.ts'
import { createFetcher } from './fetch.ts'
import { createQueue, type Source } from './queue.ts'

const recordsAtOnce = 1_000

/** Reads without a group: nothing of it is left at the brokers afterwards. */
export function createReader(settings: KafkaSettings, query: Query, closing: AbortSignal): EventLog['read'] {
  return async (topics, { partitions, from, follow, onCaughtUp }, onRecords, given) => {
    const signal = AbortSignal.any([given, closing])
    const ask = async () => {
      const all = await query.partitions(topics)
      const of = new Map(
        [...all].map(([topic, numbers]) => [topic, numbers.filter(number => partitions?.includes(number) ?? true)]),
      )
      return { of, ends: await query.offsets('end', of), starts: await query.offsets('start', of) }
    }
    const bounds = await unlessAborted(signal, ask()).catch(error => {
      if (!signal.aborted) throw error
    })
    if (!bounds) return
    const { of, ends, starts } = bounds
    const fetcher = createFetcher(settings)
    const queue = createQueue(fetcher, settings.queueBytes ?? 4_194_304)
    try {
      for (const [topic, numbers] of of)
        for (const number of numbers) {
          const end = offsetOf(ends, topic, number)
          const start = beginning(from, { topic, partition: number }, offsetOf(starts, topic, number), end)
          // Without `follow`, a partition is read up to its end as it was; one that holds nothing is not even asked for.
          if (follow || start < end) queue.open(topic, number, start)
        }
      const reached = (): boolean => queue.sources.every(source => source.handedOut() >= endOf(ends, source))
      let caughtUp = false
      while (!signal.aborted) {
        if (!caughtUp && reached()) {
          caughtUp = true
          onCaughtUp?.()
          if (!follow) return
        }
        const taken = await queue.take(recordsAtOnce, signal, () => !caughtUp && reached())
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
export async function count(read: EventLog['read'], topic: string): Promise<number> {
  let found = 0
  const add = (records: readonly LogRecord[]): void => {
    found += records.length
  }
  await read([topic], { from: 'beginning', follow: false }, add, new AbortController().signal)
  return found
}

const offsetOf = (offsets: Offsets, topic: string, partition: number): number => offsets.get(topic)?.get(partition) ?? 0
const endOf = (offsets: Offsets, { topic, partition }: Source): number => offsetOf(offsets, topic, partition)
