import { isObject, parseIfJson } from '#runtime/core/json.ts'
import { detect } from './detect.ts'
import type { RedactionKind } from './engine/kinds.ts'

/** What was found, and in which field: `plan.argument`, `rows[3].question`. */
export type FieldFinding = { readonly field: string; readonly kind: RedactionKind }

/** Searches every string of a JSON value, strings that hold JSON included, and the names of fields. Findings are without values. */
export function* detectInFields(value: unknown, field = ''): Generator<FieldFinding> {
  if (typeof value === 'string') {
    const parsed = parseIfJson(value)
    if (typeof parsed !== 'string') yield* detectInFields(parsed, field)
    else for (const { kind } of detect(value)) yield { field, kind }
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* detectInFields(item, `${field}[${index}]`)
  } else if (isObject(value))
    for (const [name, item] of Object.entries(value)) {
      const nameFindings = detect(name)
      // A name that is itself a value is not repeated.
      const path = `${field}${field && '.'}${nameFindings.length > 0 ? '*' : name}`
      for (const { kind } of nameFindings) yield { field: path, kind }
      yield* detectInFields(item, path)
    }
}
