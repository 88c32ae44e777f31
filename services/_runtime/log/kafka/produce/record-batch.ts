import type { IHeaders, Message } from 'kafkajs'
import { Fault } from '../../../core/faults.ts'
import { crc32c } from './crc32c.ts'

/** The producer of a batch. `firstSequence` is the number of its first record among that producer's records of the partition. */
export type BatchHeader = {
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly firstSequence: number
  readonly transactional: boolean
  /** Milliseconds since 1970. */
  readonly timestamp: number
}

const batchHeaderBytes = 61
/** The checksum covers the bytes from here on. */
const checksumFrom = 21
const magic = 2
const transactionalFlag = 16

/** The size of a batch, of each record without its length field, and the headers of each record as they are written. */
export type BatchSizes = {
  readonly bytes: number
  readonly recordSizes: readonly number[]
  readonly encodedHeaders: readonly Buffer[]
}

export function measureBatch(messages: readonly Message[]): BatchSizes {
  const encodedHeaders: Buffer[] = []
  let bytes = batchHeaderBytes
  let previous: IHeaders | undefined
  let encoded: Buffer = encodedNoHeaders
  const recordSizes = messages.map(({ key = null, value, headers: own }, index) => {
    // The records of a changelog share one headers object.
    if (own !== previous || index === 0) encoded = encodeHeaders(own)
    previous = own
    encodedHeaders.push(encoded)
    const size = 2 + varintSize(index) + fieldSize(key) + fieldSize(value) + encoded.length
    bytes += varintSize(size) + size
    return size
  })
  return { bytes, recordSizes, encodedHeaders }
}

/**
 * Writes the messages as one batch of Kafka's format version 2, all with one timestamp, and returns where it ends. `sizes` is that of
 * `measureBatch` for the same messages. The layout is that of Kafka's DefaultRecordBatch and DefaultRecord: lengths before
 * contents, numbers as zigzag varints, a CRC-32C from the attributes on.
 */
export function writeBatch(
  bytes: Buffer,
  from: number,
  messages: readonly Message[],
  sizes: BatchSizes,
  header: BatchHeader,
): number {
  const { recordSizes, encodedHeaders } = sizes
  // Checked once here, so that the loop may index both.
  if (recordSizes.length !== messages.length || encodedHeaders.length !== messages.length)
    throw new Fault('FLY_BUG', `a batch of ${messages.length} messages was measured as one of ${recordSizes.length}`)
  let at = from + batchHeaderBytes
  for (const [index, { key = null, value }] of messages.entries()) {
    at = writeVarint(bytes, at, recordSizes[index] as number)
    // No attributes, and no difference to the timestamp of the batch.
    bytes[at++] = 0
    bytes[at++] = 0
    at = writeVarint(bytes, at, index)
    at = writeField(bytes, at, key)
    at = writeField(bytes, at, value)
    const headers = encodedHeaders[index] as Buffer
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

/** The number of headers, then the name and content of each. */
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

/** Of a number that is not negative; zigzag encoding doubles it. */
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
