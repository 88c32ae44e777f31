import avsc from 'avsc'
import { errorMessage } from '../core/faults.ts'
import type { Compatibility } from './schema-registry.ts'

type Schema = avsc.Schema

/**
 * Why a schema cannot be the next version of its subject; undefined where it can. `earlier` are the versions so far, oldest first.
 * BACKWARD: new readers read old records. FORWARD: old readers read new records. FULL: both. Only TRANSITIVE compares with
 * all versions, the others with the newest.
 */
export function compatibilityProblem(
  schema: object,
  earlier: readonly object[],
  level: Compatibility,
): string | undefined {
  let next: avsc.Type
  try {
    next = avsc.Type.forSchema(schema as Schema)
  } catch (error) {
    return `it is not an Avro schema: ${errorMessage(error)}`
  }
  if (level === 'NONE') return undefined
  const first = level === 'FULL_TRANSITIVE' ? 0 : Math.max(0, earlier.length - 1)
  for (const [index, earlierSchema] of earlier.entries()) {
    if (index < first) continue
    const previous = avsc.Type.forSchema(earlierSchema as Schema)
    const backward = level === 'FORWARD' ? undefined : readProblem(next, previous)
    if (backward !== undefined) return `it cannot read version ${index + 1}: ${backward}`
    const forward = level === 'BACKWARD' ? undefined : readProblem(previous, next)
    if (forward !== undefined) return `version ${index + 1} cannot read it: ${forward}`
  }
  return undefined
}

function readProblem(reader: avsc.Type, writer: avsc.Type): string | undefined {
  try {
    reader.createResolver(writer)
    return undefined
  } catch (error) {
    return errorMessage(error)
  }
}
