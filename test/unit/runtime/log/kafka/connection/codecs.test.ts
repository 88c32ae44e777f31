import { gzipSync, zstdCompressSync } from 'node:zlib'
import { CompressionCodecs, CompressionTypes } from 'kafkajs'
import { compressFrameSync } from 'lz4-napi'
import { compressSync } from 'snappy'
import { expect, test } from 'vitest'
import { registerCodecs } from '#runtime/log/kafka/connection/codecs.ts'

registerCodecs()

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

/** Blocks in the framing of Java's snappy library: a header of 16 bytes, then each block after its length. */
function xerial(content: Buffer, blockBytes = 32_768): Buffer {
  const parts = [Buffer.from([0x82]), Buffer.from('SNAPPY'), Buffer.from([0]), int32(1), int32(1)]
  for (let at = 0; at < content.length; at += blockBytes) {
    const block = compressSync(content.subarray(at, at + blockBytes))
    parts.push(int32(block.length), block)
  }
  return Buffer.concat(parts)
}

const codecs: readonly (readonly [string, keyof typeof CompressionCodecs, (content: Buffer) => Buffer])[] = [
  ['gzip', CompressionTypes.GZIP, content => gzipSync(content)],
  ['snappy in blocks', CompressionTypes.Snappy, content => xerial(content)],
  ['snappy without framing', CompressionTypes.Snappy, content => compressSync(content)],
  ['LZ4', CompressionTypes.LZ4, content => compressFrameSync(content)],
  [
    'LZ4 with checksums',
    CompressionTypes.LZ4,
    content => compressFrameSync(content, { blockChecksums: true, contentChecksum: true }),
  ],
  ['zstd', CompressionTypes.ZSTD, content => zstdCompressSync(content)],
]

const unreadable = { code: 'FLY_TOPIC', details: { type: 'UnreadableBatch' } }

test.each(codecs)('what was compressed with %s is read', async (_name, type, compress) => {
  const content = Buffer.from('What is the weather in Paris? '.repeat(10_000))
  expect(await CompressionCodecs[type]().decompress(compress(content))).toEqual(content)
})

test.each(codecs)('a batch of zeros in %s that would fill the memory is refused', async (_name, type, compress) => {
  const bomb = compress(Buffer.alloc(65 * 1024 * 1024))
  await expect(CompressionCodecs[type]().decompress(bomb)).rejects.toMatchObject(unreadable)
})

test.each(codecs)('damaged bytes in %s are refused', async (_name, type, compress) => {
  const bytes = compress(Buffer.from('What is the weather in Paris? '.repeat(100)))
  await expect(CompressionCodecs[type]().decompress(bytes.subarray(0, 20))).rejects.toMatchObject(unreadable)
})
