import { isUtf8 } from 'node:buffer'
import type { IHeaders } from 'kafkajs'
import type { LogRecord } from '../event-log.ts'

/**
 * Header values as text. In a value that is not UTF-8 each byte from 128 on becomes a lone surrogate, U+DC80 to U+DCFF, which
 * UTF-8 text cannot contain (like Python's surrogateescape, PEP 383), so that the bytes of other programs' headers can be
 * restored. Of several values with one name the last is used.
 */
export function headersToText(headers: IHeaders): Record<string, string> {
  const texts: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    const last = Array.isArray(value) ? value.at(-1) : value
    if (last !== undefined) texts[name] = typeof last === 'string' || isUtf8(last) ? last.toString() : escapeBytes(last)
  }
  return texts
}

/** The inverse of `headersToText`. */
export function headersFromText(headers: LogRecord['headers']): IHeaders {
  const entries = Object.entries(headers)
  if (!entries.some(([, text]) => isEscaped(text))) return headers
  return Object.fromEntries(entries.map(([name, text]) => [name, isEscaped(text) ? unescapeBytes(text) : text]))
}

const escapeBytes = (bytes: Buffer): string =>
  bytes.toString('latin1').replace(/[\u0080-\u00ff]/g, shiftCharCode(0xdc00))
const unescapeBytes = (text: string): Buffer =>
  Buffer.from(text.replace(/[\udc80-\udcff]/g, shiftCharCode(-0xdc00)), 'latin1')
const isEscaped = (text: string): boolean => !text.isWellFormed() && !/[\u0080-\udc7f\udd00-\uffff]/.test(text)
const shiftCharCode =
  (by: number) =>
  (character: string): string =>
    String.fromCharCode(character.charCodeAt(0) + by)
