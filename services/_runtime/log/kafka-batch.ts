import type { IHeaders, Message } from 'kafkajs'
import { crc32c } from './crc32c.ts'

/** Who writes a batch, and the number of its first record in the broker's count of that producer's records. */
export type Stamp = {
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly firstSequence: number
  readonly transactional: boolean
  /** Milliseconds since 1970. */
  readonly timestamp: number
}

const headBytes = 61
/** Where the part begins that the checksum covers. */
const checkedFrom = 21
const magic = 2
const transactionalBit = 16

/** How long a batch of messages will be, and each record in it without its own length. */
export type BatchPlan = { readonly bytes: number; readonly records: readonly number[] }

export function planBatch(messages: readonly Message[]): BatchPlan {
  const records = messages.map(bodySize)
  return { bytes: records.reduce((sum, size) => sum + varintSize(size) + size, headBytes), records }
}

/**
 * Writes the messages as one batch of Kafka's format version 2, all with one timestamp; returns where it ends. The layout is that
 * of Kafka's DefaultRecordBatch and DefaultRecord: lengths before contents, numbers in zigzag varints, a CRC-32C from the
 * attributes on.
 */
export function writeBatch(
  bytes: Buffer,
  from: number,
  messages: readonly Message[],
  plan: BatchPlan,
  stamp: Stamp,
): number {
  let at = from + headBytes
  for (const [index, message] of messages.entries())
    at = writeRecord(bytes, writeVarint(bytes, at, plan.records[index] ?? 0), message, index)
  bytes.writeBigInt64BE(0n, from)
  bytes.writeInt32BE(at - from - 12, from + 8)
  bytes.writeInt32BE(0, from + 12)
  bytes.writeInt8(magic, from + 16)
  bytes.writeInt16BE(stamp.transactional ? transactionalBit : 0, from + 21)
  bytes.writeInt32BE(messages.length - 1, from + 23)
  bytes.writeBigInt64BE(BigInt(stamp.timestamp), from + 27)
  bytes.writeBigInt64BE(BigInt(stamp.timestamp), from + 35)
  bytes.writeBigInt64BE(stamp.producerId, from + 43)
  bytes.writeInt16BE(stamp.producerEpoch, from + 51)
  bytes.writeInt32BE(stamp.firstSequence, from + 53)
  bytes.writeInt32BE(messages.length, from + 57)
  bytes.writeUInt32BE(crc32c(bytes, from + checkedFrom, at), from + 17)
  return at
}

/** Attributes, the distances to the batch's timestamp and offset, key, value, headers. */
function writeRecord(bytes: Buffer, from: number, message: Message, index: number): number {
  const { key = null, value, headers } = message
  let at = from
  bytes[at++] = 0
  bytes[at++] = 0
  at = writeVarint(bytes, at, index)
  at = writeContent(bytes, at, key)
  at = writeContent(bytes, at, value)
  if (headers === undefined) {
    bytes[at++] = 0
    return at
  }
  at = writeVarint(bytes, at, headerCount(headers))
  for (const name in headers)
    for (const content of listed(headers[name])) {
      at = writeContent(bytes, at, name)
      at = writeContent(bytes, at, content)
    }
  return at
}

function bodySize({ key = null, value, headers }: Message, index: number): number {
  let size = 2 + varintSize(index) + contentSize(key) + contentSize(value)
  if (headers === undefined) return size + 1
  size += varintSize(headerCount(headers))
  for (const name in headers)
    for (const content of listed(headers[name])) size += contentSize(name) + contentSize(content)
  return size
}

type Content = Buffer | string | null

function headerCount(headers: IHeaders): number {
  let count = 0
  for (const name in headers) count += listed(headers[name]).length
  return count
}

const listed = (content: IHeaders[string]): readonly (Buffer | string)[] =>
  Array.isArray(content) ? content : content === undefined ? [] : [content]

const lengthOf = (content: Buffer | string): number =>
  typeof content === 'string' ? Buffer.byteLength(content) : content.length

function contentSize(content: Content): number {
  if (content === null) return 1
  const length = lengthOf(content)
  return varintSize(length) + length
}

function writeContent(bytes: Buffer, from: number, content: Content): number {
  if (content === null) {
    bytes[from] = 1
    return from + 1
  }
  const at = writeVarint(bytes, from, lengthOf(content))
  if (typeof content === 'string') return at + bytes.write(content, at)
  bytes.set(content, at)
  return at + content.length
}

/** Of a number from 0 on; zigzag doubles it. */
function varintSize(value: number): number {
  return value < 0x40 ? 1 : value < 0x2000 ? 2 : value < 0x10_0000 ? 3 : value < 0x800_0000 ? 4 : 5
}

function writeVarint(bytes: Buffer, from: number, value: number): number {
  let at = from
  let rest = value * 2
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes[at++] = (rest & 0x7f) | 0x80
  bytes[at++] = rest
  return at
}
