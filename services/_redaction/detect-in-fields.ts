import { detect } from './detect.ts'
import type { RedactionKind } from './engine/kinds.ts'

/** What was found, and in which field of a value: `plan.argument`, `rows[3].question`. */
export type FieldFinding = { readonly field: string; readonly kind: RedactionKind }

/** Looks through every string of a value of JSON, those that are JSON themselves included. The names of fields are looked at too. */
export function* detectInFields(value: unknown, field = ''): Generator<FieldFinding> {
  if (typeof value === 'string') {
    const inner = parseJsonContainer(value)
    if (inner !== undefined) yield* detectInFields(inner, field)
    else for (const { kind } of detect(value)) yield { field, kind }
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* detectInFields(item, `${field}[${index}]`)
  } else if (typeof value === 'object' && value !== null)
    for (const [name, item] of Object.entries(value)) {
      const nameFindings = detect(name)
      const path = `${field}${field && '.'}${nameFindings.length > 0 ? '*' : name}`
      for (const { kind } of nameFindings) yield { field: path, kind }
      yield* detectInFields(item, path)
    }
}

function parseJsonContainer(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text) as object
  } catch {
    return undefined
  }
}
