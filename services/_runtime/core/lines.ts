/** A line that is not blank, without its line break. Numbers start at 1. `bytes` is undefined when the line was too long. */
export type Line = { readonly number: number; readonly bytes: Buffer | undefined }

const newline = 0x0a
const isBlank = (bytes: Buffer): boolean => bytes.every(byte => byte === 0x20 || byte === 0x09 || byte === 0x0d)

/** Splits a stream of bytes into lines of at most `maxBytes`. Keeps one line and one chunk in memory. */
export async function* splitLines(
  chunks: AsyncIterable<Buffer>,
  maxBytes = Number.POSITIVE_INFINITY,
): AsyncGenerator<Line> {
  let parts: Buffer[] = []
  let size = 0
  let number = 1
  const add = (part: Buffer): void => {
    size += part.length
    if (size > maxBytes) parts = []
    else if (part.length > 0) parts.push(part)
  }
  const lineBytes = (): Buffer | undefined => (size > maxBytes ? undefined : Buffer.concat(parts))
  for await (const chunk of chunks) {
    let from = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      add(chunk.subarray(from, end))
      const bytes = lineBytes()
      if (!bytes || !isBlank(bytes)) yield { number, bytes }
      parts = []
      size = 0
      number++
      from = end + 1
    }
    add(chunk.subarray(from))
  }
  const bytes = lineBytes()
  if (!bytes || !isBlank(bytes)) yield { number, bytes }
}
