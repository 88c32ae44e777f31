import { detect } from './detect.ts'
import type { Kind } from './kinds.ts'

/** What was found, and in which field of a value: `plan.argument`, `rows[3].question`. */
export type Place = { readonly field: string; readonly kind: Kind }

/** Looks through every string of a value of JSON, those that are JSON themselves included. The names of fields are looked at too. */
export function* placesIn(value: unknown, field = ''): Generator<Place> {
  if (typeof value === 'string') {
    const inner = parsed(value)
    if (inner !== undefined) yield* placesIn(inner, field)
    else for (const { kind } of detect(value)) yield { field, kind }
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* placesIn(item, `${field}[${index}]`)
  } else if (typeof value === 'object' && value !== null)
    for (const [name, item] of Object.entries(value)) {
      const named = detect(name)
      const path = `${field}${field && '.'}${named.length > 0 ? '*' : name}`
      for (const { kind } of named) yield { field: path, kind }
      yield* placesIn(item, path)
    }
}

function parsed(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text) as object
  } catch {
    return undefined
  }
}
