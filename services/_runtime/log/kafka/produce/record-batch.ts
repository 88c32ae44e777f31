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

/** How long a batch of messages will be, each record in it without its own length, and its headers as they will be written. */
export type BatchPlan = {
  readonly bytes: number
  readonly records: readonly number[]
  readonly headers: readonly Buffer[]
}

export function planBatch(messages: readonly Message[]): BatchPlan {
  const headers: Buffer[] = []
  let bytes = headBytes
  const records = messages.map(({ key = null, value, headers: own }, index) => {
    // One object for all is what a changelog has.
    const same = index > 0 && own === messages[index - 1]?.headers ? headers[index - 1] : undefined
    const written = same ?? headersOf(own)
    headers.push(written)
    const size = 2 + varintSize(index) + contentSize(key) + contentSize(value) + written.length
    bytes += varintSize(size) + size
    return size
  })
  return { bytes, records, headers }
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
  for (const [index, { key = null, value }] of messages.entries()) {
    at = writeVarint(bytes, at, plan.records[index] ?? 0)
    // Attributes, and the distances to the batch's timestamp and offset.
    bytes[at++] = 0
    bytes[at++] = 0
    at = writeVarint(bytes, at, index)
    at = writeContent(bytes, at, key)
    at = writeContent(bytes, at, value)
    const headers = plan.headers[index] ?? noHeaders
    bytes.set(headers, at)
    at += headers.length
  }
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

type Content = Buffer | string | null

const noHeaders = Buffer.of(0)

/** How many there are, then each one's name and content. */
function headersOf(headers: IHeaders | undefined): Buffer {
  if (headers === undefined) return noHeaders
  const contents = Object.keys(headers).flatMap(name => listed(headers[name]).flatMap(content => [name, content]))
  const count = contents.length / 2
  const bytes = Buffer.allocUnsafe(contents.reduce((sum, content) => sum + contentSize(content), varintSize(count)))
  contents.reduce((at, content) => writeContent(bytes, at, content), writeVarint(bytes, 0, count))
  return bytes
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
