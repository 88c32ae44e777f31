import { parseJson } from '#runtime/core/json.ts'

/**
 * A JSON value whose numbers are `JsonNumber`s, so that no digit is lost: `JSON.parse` rounds numbers beyond 2^53.
 */
export type JsonValue = null | boolean | string | JsonNumber | readonly JsonValue[] | JsonObject
export type JsonObject = { readonly [name: string]: JsonValue }

/** A number of any size and precision. Two numbers are equal where their canonical forms are: 1200, 1200.0 and 1.2e3. */
export class JsonNumber {
  readonly canonical: string

  constructor(source: string) {
    this.canonical = canonicalNumber(source)
  }

  /** Whether it has no fraction, as JSON Schema defines integers: 5.0 is one. */
  get isInteger(): boolean {
    return !this.canonical.includes('e-')
  }
}

/** The value of a JSON text; undefined where the text is not JSON. */
export function parseJsonValue(text: string): JsonValue | undefined {
  const keepDigits = (_key: string, value: unknown, ...[context]: readonly { readonly source?: string }[]): unknown =>
    typeof value === 'number' ? new JsonNumber(context?.source ?? String(value)) : value
  return parseJson<JsonValue>(text, source => JSON.parse(source, keepDigits))
}

/** The same value written as JSON or built in memory: what `parseJsonValue` gives for `JSON.stringify(value)`. */
export const toJsonValue = (value: unknown): JsonValue => parseJsonValue(JSON.stringify(value) ?? 'null') ?? null

export const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber)

/** All digits without zeros at either end, times a power of ten: -0.0120 is `-12e-3`, 1200 is `12e2`. */
function canonicalNumber(source: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(source) ?? []
  const digits = (whole + fraction).replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return '0e0'
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`
}
