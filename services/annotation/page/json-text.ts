/** JSON whose numbers keep every digit: each is kept as it was written. */

declare global {
  interface JSON {
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source: string }) => unknown,
    ): unknown
    rawJSON(text: string): unknown
  }
}

/** undefined where it is no JSON. Numbers are raw JSON: to be written again, not to be computed with. */
export function parseExactly(text: string): unknown {
  try {
    return JSON.parse(text, (_key, value, { source }) => (typeof value === 'number' ? JSON.rawJSON(source) : value))
  } catch {
    return undefined
  }
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A value as a person edits it: a string without quotes, others as JSON text. */
export const editable = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
