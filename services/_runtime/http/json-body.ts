import { isUtf8 } from 'node:buffer'
import { parseExactly } from '../core/json.ts'
import { httpError } from './error.ts'

/** Maximum nesting depth: deeper values could overflow the stack of recursive functions. */
export const maxDepth = 32
/** Maximum number of members and elements in one body: many small values take far more memory than their bytes. */
export const maxValues = 200_000

const utf8 = new TextDecoder()
const [quote, backslash, comma, openList, closeList, openObject, closeObject] = Buffer.from('"\\,[]{}')

/** Parses JSON in UTF-8, by default with all digits of its numbers. Throws HttpError 400 if it is invalid or nested too deeply, 413 if it has too many values. */
export function parseJson(bytes: Uint8Array, parse: (text: string) => unknown = parseExactly): unknown {
  checkBounds(bytes)
  try {
    if (isUtf8(bytes)) return parse(utf8.decode(bytes))
  } catch {
    // The cause is dropped because it quotes the body.
  }
  throw httpError(400, 'not_json', 'not JSON in UTF-8: check quotes, commas, brackets and encoding')
}

/** Checks depth and size on the bytes, before parsing. In UTF-8 an ASCII byte is never part of another character. */
function checkBounds(bytes: Uint8Array): void {
  let depth = 0
  let values = 1
  let isInString = false
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index]
    if (isInString) {
      if (byte === backslash) index++
      else if (byte === quote) isInString = false
    } else if (byte === quote) isInString = true
    else if (byte === comma) values++
    else if (byte === openList || byte === openObject) {
      values++
      if (++depth > maxDepth) throw httpError(400, 'too_deep', `nested deeper than ${maxDepth}: flatten it`)
    } else if (byte === closeList || byte === closeObject) depth--
  }
  if (values > maxValues) throw httpError(413, 'too_many', `more than ${maxValues} values: send less at a time`)
}
