import type { IHeaders } from 'kafkajs'
import type { LogRecord } from '../../event-log.ts'
import { headersToText } from '../headers.ts'

type FetchedMessage = {
  readonly offset: string
  readonly timestamp: string
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: IHeaders
  readonly isControlRecord: boolean
  readonly batchContext: {
    readonly firstOffset: string
    readonly lastOffsetDelta: number
    readonly producerId: string
    readonly inTransaction: boolean
  }
}

/** A partition in the answer to a fetch, as kafkajs decodes it. */
export type FetchedPartition = {
  readonly partition: number
  readonly lastStableOffset: string
  readonly abortedTransactions: readonly { readonly producerId: string; readonly firstOffset: string }[] | null
  readonly messages: readonly FetchedMessage[]
}

/**
 * The committed records at and after an offset, and the offset that follows all that was fetched, visible or not. Batches
 * come whole, so the first ones may lie before the offset; the last may end behind its last record, which compaction took.
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
    while (pendingAborts[0] && offset >= Number(pendingAborts[0].firstOffset))
      abortingProducers.add(pendingAborts.shift()?.producerId ?? '')
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

/** A marker's key is a version and then a type of two bytes each; type 0 aborts. */
const isAbortMarker = (key: Buffer | null): boolean => key !== null && key.length >= 4 && key.readInt16BE(2) === 0
