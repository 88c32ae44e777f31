import { promisify } from 'node:util'
import { gunzip, zstdDecompress } from 'node:zlib'
import kafkajs from 'kafkajs'
import { errorMessage, Fault } from '../../../core/faults.ts'

// kafkajs's exports beyond the first few are not visible to an ES module by name.
const { CompressionCodecs, CompressionTypes } = kafkajs

/** The type of the fault of a batch that cannot be decompressed. Reading it again does not help. */
export const unreadableBatch = 'UnreadableBatch'

/** One batch may have so many bytes when it is decompressed: a few KB of zeros could have gigabytes. */
const maxBatchBytes = 64 * 1024 * 1024

type Decompress = (bytes: Buffer) => Promise<Buffer>

/**
 * Lets kafkajs read what others compressed, with a limit. It knows gzip only, without one. This program itself does not compress,
 * so nothing is compressed with these. The libraries are native, and loaded by the first batch that needs them.
 */
export function registerCodecs(): void {
  const options = { maxOutputLength: maxBatchBytes }
  const byType: Readonly<Record<keyof typeof CompressionCodecs, Decompress>> = {
    [CompressionTypes.GZIP]: bytes => promisify(gunzip)(bytes, options),
    [CompressionTypes.Snappy]: unsnappy,
    [CompressionTypes.LZ4]: unlz4,
    [CompressionTypes.ZSTD]: bytes => promisify(zstdDecompress)(bytes, options),
  }
  const { compress } = CompressionCodecs[CompressionTypes.GZIP]()
  const { GZIP, Snappy, LZ4, ZSTD } = CompressionTypes
  for (const type of [GZIP, Snappy, LZ4, ZSTD] as const)
    CompressionCodecs[type] = () => ({ compress, decompress: checked(byType[type]) })
}

const checked =
  (decompress: Decompress): Decompress =>
  async bytes => {
    try {
      return await decompress(bytes)
    } catch (error) {
      throw new Fault(
        'FLY_TOPIC',
        `a compressed batch cannot be read: ${errorMessage(error)}; delete it (kafka-delete-records) or let retention do it, and correct its writer`,
        { type: unreadableBatch },
        error,
      )
    }
  }

/** Java's and most other clients write snappy in blocks, in the framing of the xerial library; some write one block without it. */
const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const xerialHeaderBytes = 16

async function unsnappy(bytes: Buffer): Promise<Buffer> {
  const { uncompress } = await import('snappy')
  const blocks: Buffer[] = []
  if (bytes.subarray(0, xerialMagic.length).equals(xerialMagic))
    for (let at = xerialHeaderBytes; at < bytes.length; ) {
      const end = at + 4 + bytes.readInt32BE(at)
      blocks.push(bytes.subarray(at + 4, end))
      at = end
    }
  else blocks.push(bytes)
  assertBounded(blocks.reduce((sum, block) => sum + snappySize(block), 0))
  return Buffer.concat(await Promise.all(blocks.map(async block => Buffer.from(await uncompress(block)))))
}

/** The size that a snappy block starts with, as a variable-length number. */
function snappySize(block: Buffer): number {
  let size = 0
  for (let at = 0, unit = 1; at < 5; at++, unit *= 128) {
    const byte = block.readUInt8(at)
    size += (byte & 0x7f) * unit
    if (byte < 0x80) return size
  }
  throw new Error('a snappy block does not start with its size')
}

async function unlz4(bytes: Buffer): Promise<Buffer> {
  assertBounded(lz4Bound(bytes))
  const { decompressFrame } = await import('lz4-napi')
  return decompressFrame(bytes)
}

/** The largest size that an LZ4 frame can have when it is decompressed: its blocks, each with the most that the header allows. */
function lz4Bound(bytes: Buffer): number {
  const flags = bytes.readUInt8(4)
  const [hasBlockChecksums, hasSize, hasDictionary] = [flags & 0x10, flags & 0x08, flags & 0x01]
  const blockBytes = 2 ** (8 + 2 * ((bytes.readUInt8(5) >> 4) & 7))
  let bound = 0
  let at = 7 + (hasSize ? 8 : 0) + (hasDictionary ? 4 : 0)
  for (;;) {
    // The highest bit says that the block is not compressed.
    const length = bytes.readUInt32LE(at) & 0x7fff_ffff
    if (length === 0) return bound
    bound += blockBytes
    at += 4 + length + (hasBlockChecksums ? 4 : 0)
  }
}

function assertBounded(bytes: number): void {
  if (bytes > maxBatchBytes) throw new Error(`it would have more than ${maxBatchBytes} bytes`)
}
