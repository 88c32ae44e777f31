import { isUtf8 } from 'node:buffer'
import { httpError } from './error.ts'

/** Deeper nesting than this overflows what walks through a value. */
export const maxDepth = 32
/** Members and elements of one body: many tiny ones take far more memory than their bytes. */
export const maxValues = 200_000

const utf8 = new TextDecoder()
const [quote, backslash, comma, openList, closeList, openObject, closeObject] = Buffer.from('"\\,[]{}')

/** The value of JSON in UTF-8. HttpError 400 when it is none or nested too deep, 413 when it has too many values. */
export function parseJson(bytes: Uint8Array): unknown {
  checkBounds(bytes)
  try {
    if (isUtf8(bytes)) return JSON.parse(utf8.decode(bytes))
  } catch {
    // Without its cause, which quotes the text.
  }
  throw httpError(400, 'not_json', 'not JSON in UTF-8: check quotes, commas, brackets and encoding')
}

/** Looks at the bytes before anything is built from them. In UTF-8 the bytes looked for are never part of another character. */
function checkBounds(bytes: Uint8Array): void {
  let depth = 0
  let values = 1
  let isText = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (isText) {
      if (byte === backslash) at++
      else if (byte === quote) isText = false
    } else if (byte === quote) isText = true
    else if (byte === comma) values++
    else if (byte === openList || byte === openObject) {
      values++
      if (++depth > maxDepth) throw httpError(400, 'too_deep', `nested deeper than ${maxDepth}: flatten it`)
    } else if (byte === closeList || byte === closeObject) depth--
  }
  if (values > maxValues) throw httpError(413, 'too_many', `more than ${maxValues} values: send less at a time`)
}
