import { Fault } from '../core/faults.ts'
import type { LogRecord, NewRecord } from './event-log.ts'

/** Largest value of one record, in bytes. */
export const maxValueBytes = 1_000_000

/**
 * Largest key and headers of one record, together, in bytes. With the largest value and Kafka's framing they stay below the
 * broker's default limit of a batch, 1,048,588 bytes.
 */
export const maxKeyAndHeaderBytes = 48_000

/** What Kafka adds to the name and value of a header, at most. */
const headerOverheadBytes = 10

/**
 * Bytes of key, value and headers. FLY_TOO_LARGE above the limits, which are the same for every log. A caller that knows the size
 * of the headers already passes it.
 */
export function recordSize(
  { topic, key, value, headers }: NewRecord,
  headerBytes: number = headersSize(headers),
): number {
  const valueBytes = value?.length ?? 0
  const keyAndHeaderBytes = Buffer.byteLength(key ?? '') + headerBytes
  if (valueBytes > maxValueBytes || keyAndHeaderBytes > maxKeyAndHeaderBytes)
    throw new Fault(
      'FLY_TOO_LARGE',
      `a record for ${topic} has a value of ${valueBytes} bytes, limit ${maxValueBytes}, and key and headers of ${keyAndHeaderBytes}, limit ${maxKeyAndHeaderBytes}`,
      { topic, valueBytes, keyAndHeaderBytes },
    )
  return valueBytes + keyAndHeaderBytes
}

/** Bytes that headers take in a log. */
export function headersSize(headers: LogRecord['headers'] = {}): number {
  let bytes = 0
  for (const name in headers) bytes += textSize(name) + textSize(String(headers[name])) + headerOverheadBytes
  return bytes
}

/** A lone surrogate stands for one byte that is not UTF-8 (see kafka/headers.ts). */
const textSize = (text: string): number => (text.isWellFormed() ? Buffer.byteLength(text) : text.length)
