/** A JSON object whose fields are not validated yet. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Whether a value is an object with fields: not null, not an array. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value of a string that holds a JSON object or array; any other value is returned as it is. */
export function parseIfJson(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
