import type { IHeaders, Message } from 'kafkajs'
import { crc32c } from './crc32c.ts'

/** Who writes a batch, and the number of its first record in the broker's count of that producer's records. */
export type BatchHeader = {
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly firstSequence: number
  readonly transactional: boolean
  /** Milliseconds since 1970. */
  readonly timestamp: number
}

const batchHeaderBytes = 61
/** Where the part begins that the checksum covers. */
const checksumFrom = 21
const magic = 2
const transactionalFlag = 16

/** How long a batch of messages will be, each record in it without its own length, and its headers as they will be written. */
export type BatchSizes = {
  readonly bytes: number
  readonly recordSizes: readonly number[]
  readonly encodedHeaders: readonly Buffer[]
}

export function measureBatch(messages: readonly Message[]): BatchSizes {
  const encodedHeaders: Buffer[] = []
  let bytes = batchHeaderBytes
  const recordSizes = messages.map(({ key = null, value, headers: own }, index) => {
    // One object for all is what a changelog has.
    const same = index > 0 && own === messages[index - 1]?.headers ? encodedHeaders[index - 1] : undefined
    const written = same ?? encodeHeaders(own)
    encodedHeaders.push(written)
    const size = 2 + varintSize(index) + fieldSize(key) + fieldSize(value) + written.length
    bytes += varintSize(size) + size
    return size
  })
  return { bytes, recordSizes, encodedHeaders }
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
  sizes: BatchSizes,
  header: BatchHeader,
): number {
  let at = from + batchHeaderBytes
  for (const [index, { key = null, value }] of messages.entries()) {
    at = writeVarint(bytes, at, sizes.recordSizes[index] ?? 0)
    // Attributes, and the distances to the batch's timestamp and offset.
    bytes[at++] = 0
    bytes[at++] = 0
    at = writeVarint(bytes, at, index)
    at = writeField(bytes, at, key)
    at = writeField(bytes, at, value)
    const headers = sizes.encodedHeaders[index] ?? encodedNoHeaders
    bytes.set(headers, at)
    at += headers.length
  }
  bytes.writeBigInt64BE(0n, from)
  bytes.writeInt32BE(at - from - 12, from + 8)
  bytes.writeInt32BE(0, from + 12)
  bytes.writeInt8(magic, from + 16)
  bytes.writeInt16BE(header.transactional ? transactionalFlag : 0, from + 21)
  bytes.writeInt32BE(messages.length - 1, from + 23)
  bytes.writeBigInt64BE(BigInt(header.timestamp), from + 27)
  bytes.writeBigInt64BE(BigInt(header.timestamp), from + 35)
  bytes.writeBigInt64BE(header.producerId, from + 43)
  bytes.writeInt16BE(header.producerEpoch, from + 51)
  bytes.writeInt32BE(header.firstSequence, from + 53)
  bytes.writeInt32BE(messages.length, from + 57)
  bytes.writeUInt32BE(crc32c(bytes, from + checksumFrom, at), from + 17)
  return at
}

type FieldContent = Buffer | string | null

const encodedNoHeaders = Buffer.of(0)

/** How many there are, then each one's name and content. */
function encodeHeaders(headers: IHeaders | undefined): Buffer {
  if (headers === undefined) return encodedNoHeaders
  const contents = Object.keys(headers).flatMap(name => toList(headers[name]).flatMap(content => [name, content]))
  const count = contents.length / 2
  const bytes = Buffer.allocUnsafe(contents.reduce((sum, content) => sum + fieldSize(content), varintSize(count)))
  contents.reduce((at, content) => writeField(bytes, at, content), writeVarint(bytes, 0, count))
  return bytes
}

const toList = (content: IHeaders[string]): readonly (Buffer | string)[] =>
  Array.isArray(content) ? content : content === undefined ? [] : [content]

const byteLength = (content: Buffer | string): number =>
  typeof content === 'string' ? Buffer.byteLength(content) : content.length

function fieldSize(content: FieldContent): number {
  if (content === null) return 1
  const length = byteLength(content)
  return varintSize(length) + length
}

function writeField(bytes: Buffer, from: number, content: FieldContent): number {
  if (content === null) {
    bytes[from] = 1
    return from + 1
  }
  const at = writeVarint(bytes, from, byteLength(content))
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
