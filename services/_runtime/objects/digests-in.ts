const digestLength = 64
/** At least 64 bytes in base64. */
const base64 = /[A-Za-z0-9+/]{86,}/g

/**
 * Every digest in some bytes: each 64 lower-case hexadecimal digits in a row, wherever they are, also in bytes that are written in
 * base64. Of a longer row each part is returned: in an encoded event the byte after a digest may look like a digit.
 */
export function* digestsIn(bytes: Uint8Array): Generator<string> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  yield* hexRows(buffer)
  for (const [text] of buffer.toString('latin1').matchAll(base64)) yield* digestsIn(Buffer.from(text, 'base64'))
}

function* hexRows(bytes: Buffer): Generator<string> {
  let start = 0
  while (start + digestLength <= bytes.length) {
    const other = lastOther(bytes, start)
    if (other >= start) start = other + 1
    else yield bytes.toString('latin1', start, start++ + digestLength)
  }
}

/** The last index of the 64 bytes from `start` that is no digit; one before `start` where all are. */
function lastOther(bytes: Buffer, start: number): number {
  let index = start + digestLength - 1
  while (index >= start && isHexDigit(bytes[index])) index--
  return index
}

const isHexDigit = (byte: number | undefined): boolean =>
  byte !== undefined && ((byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 102))
