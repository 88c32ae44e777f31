import type { LogRecord } from '../../event-log.ts'
import type { FetchedPartition } from '../connection/kafkajs-broker.ts'
import { headersToText } from '../headers.ts'

/**
 * The committed records of a fetch, from `position` on, and the offset after everything that was fetched, visible or not. Brokers send
 * whole batches, so the first records may be before `position`, and a batch may end after its last record, which compaction
 * removed.
 */
export function committedRecords(
  topic: string,
  position: number,
  { partition, messages, abortedTransactions }: FetchedPartition,
): { readonly records: LogRecord[]; readonly next: number } {
  const pendingAborts = (abortedTransactions ?? []).toSorted((a, b) => Number(a.firstOffset) - Number(b.firstOffset))
  const abortingProducers = new Set<string>()
  const records: LogRecord[] = []
  let next = position
  for (const message of messages) {
    const { batchContext: batch, isControlRecord, key, value } = message
    const offset = Number(message.offset)
    for (let abort = pendingAborts[0]; abort && offset >= Number(abort.firstOffset); abort = pendingAborts[0]) {
      abortingProducers.add(abort.producerId)
      pendingAborts.shift()
    }
    next = Math.max(next, offset + 1, Number(batch.firstOffset) + batch.lastOffsetDelta + 1)
    if (isControlRecord) {
      if (isAbortMarker(key)) abortingProducers.delete(batch.producerId)
      continue
    }
    if (offset < position || (batch.inTransaction && abortingProducers.has(batch.producerId))) continue
    const timestamp = Number(message.timestamp)
    records.push({ topic, partition, offset, timestamp, key, value, headers: headersToText(message.headers) })
  }
  return { records, next }
}

/** The key of a marker is a version and a type, two bytes each; type 0 is an abort. */
const isAbortMarker = (key: Buffer | null): boolean => key !== null && key.length >= 4 && key.readInt16BE(2) === 0
