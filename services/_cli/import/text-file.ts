import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Fault } from '#runtime/core/faults.ts'

/** The first bytes of gzip, and the byte order marks of UTF-16. */
const gzipMark = Buffer.from([0x1f, 0x8b])
const utf16Marks = [
  { mark: Buffer.from([0xff, 0xfe]), encoding: 'utf-16le' },
  { mark: Buffer.from([0xfe, 0xff]), encoding: 'utf-16be' },
] as const

/**
 * The text of a file as bytes in UTF-8: gzip is unpacked, and UTF-16 with a byte order mark is converted. Both are recognised by the first
 * bytes, whatever the name of the file. Other encodings are passed on as they are. FLY_USAGE when the file cannot be read.
 */
export async function* openText(path: string): AsyncGenerator<Buffer> {
  try {
    const isGzip = (await firstBytes(createReadStream(path, { end: 1 }))).equals(gzipMark)
    const file = createReadStream(path)
    const bytes: AsyncIterable<Buffer> = isGzip ? pipeline(file, createGunzip(), () => {}) : file
    yield* toUtf8(bytes)
  } catch (error) {
    throw new Fault('FLY_USAGE', `${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function* toUtf8(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let decoder: InstanceType<typeof TextDecoder> | undefined
  let isFirst = true
  for await (const chunk of chunks) {
    if (isFirst) {
      const found = utf16Marks.find(({ mark }) => chunk.subarray(0, 2).equals(mark))
      if (found) decoder = new TextDecoder(found.encoding, { fatal: true })
      isFirst = false
    }
    yield decoder ? Buffer.from(decoder.decode(chunk, { stream: true })) : chunk
  }
  decoder?.decode()
}

/** At least `size` bytes of the text of a file from its beginning, or all it has. */
export async function readHead(path: string, size: number): Promise<Buffer> {
  return (await firstBytes(openText(path), size)).subarray(0, size)
}

async function firstBytes(chunks: AsyncIterable<Buffer>, size = 2): Promise<Buffer> {
  const parts: Buffer[] = []
  let length = 0
  for await (const chunk of chunks) {
    parts.push(chunk)
    length += chunk.length
    if (length >= size) break
  }
  return Buffer.concat(parts)
}
