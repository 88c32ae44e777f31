declare global {
  /** Of ES2026; the types of TypeScript do not have it yet. */
  interface JSON {
    rawJSON(text: string): object
  }
}

/** A JSON object whose fields are not validated yet. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Whether a value is an object with fields: not null, not an array. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value of a JSON text; undefined where it is none. */
export function parseJson<T = unknown>(text: string, parse: (text: string) => T = JSON.parse): T | undefined {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

/** The value of a string that holds a JSON object or array; any other value is returned as it is. */
export const parseIfJson = (value: unknown): unknown =>
  typeof value === 'string' && /^\s*[[{]/.test(value) ? (parseJson(value, parseExactly) ?? value) : value

/**
 * As JSON.parse, except for whole numbers that a double would write with other digits, and those too large for it: of these the digits are kept, as JSON.rawJSON, so that
 * JSON.stringify writes them as they were. A schema refuses such a number, since it is an object.
 */
export const parseExactly = (text: string): unknown =>
  /\d{16}|\d[eE]\+?\d{3}/.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text)

function keepDigits(_key: string, value: unknown, ...[context]: readonly { readonly source?: string }[]): unknown {
  const source = context?.source
  if (typeof value !== 'number' || source === undefined) return value
  const isLost = !Number.isFinite(value) || (/^-?[1-9]\d*$/.test(source) && String(value) !== source)
  return isLost ? JSON.rawJSON(source) : value
}
