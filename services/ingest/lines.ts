/** Longest line that ingest reads, in bytes: more than any valid record has. */
export const maxLineBytes = 1024 * 1024

/** A line that is not blank, counted from 1, without its end. No bytes: it was too long and went by unread. */
export type Line = { readonly number: number; readonly bytes: Buffer | undefined }

const newline = 0x0a
const isBlank = (bytes: Buffer): boolean => bytes.every(byte => byte === 0x20 || byte === 0x09 || byte === 0x0d)

/** Cuts a stream of bytes into lines of `longest` bytes at most; in memory is one line and one chunk. */
export async function* splitLines(chunks: AsyncIterable<Buffer>, maxBytes = maxLineBytes): AsyncGenerator<Line> {
  let parts: Buffer[] = []
  let size = 0
  let number = 1
  const line = (): Line => ({ number, bytes: size > maxBytes ? undefined : Buffer.concat(parts) })
  const add = (part: Buffer): void => {
    size += part.length
    if (size > maxBytes) parts = []
    else if (part.length > 0) parts.push(part)
  }
  for await (const chunk of chunks) {
    let from = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      add(chunk.subarray(from, end))
      const whole = line()
      if (!whole.bytes || !isBlank(whole.bytes)) yield whole
      parts = []
      size = 0
      number++
      from = end + 1
    }
    add(chunk.subarray(from))
  }
  const last = line()
  if (!last.bytes || !isBlank(last.bytes)) yield last
}
