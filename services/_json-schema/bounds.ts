import type { JsonObject } from '#runtime/core/json.ts'
import { readPattern } from './patterns.ts'
import { sameValueSchemas, subschemas } from './subschemas.ts'

/** Characters of a schema, which an agent's owner sends, and of arguments, which a model wrote. */
export const MAX_TEXT_LENGTH = 65_536
/** Times that `$ref` is followed while one value is checked. */
export const MAX_REFERENCES = 10_000
const MAX_DEPTH = 32
const MAX_VALUES = 5_000
/** Schemas for one value, one inside the other or by `$ref`. */
const MAX_NESTING = 16

/** Why a JSON value is too large or too deep; null where it is not. */
export function sizeProblem(root: unknown): string | null {
  let values = 0
  let level: unknown[] = [root]
  for (let depth = 0; level.length > 0; depth++) {
    values += level.length
    if (values > MAX_VALUES) return `has more than ${MAX_VALUES} values`
    if (depth > MAX_DEPTH) return `is nested more than ${MAX_DEPTH} deep`
    level = level.flatMap(value => (typeof value === 'object' && value !== null ? Object.values(value) : []))
  }
  return null
}

/** Why values cannot be checked against a schema, or not in bounded time; null where they can. `target` is what a `$ref` names. */
export function schemaBoundProblem(
  root: JsonObject,
  target: (schema: JsonObject) => JsonObject | boolean | undefined,
): string | null {
  const all = new Set([root])
  for (const schema of all) for (const inner of subschemas(schema)) all.add(inner)
  const depths = new Map<JsonObject, number>()
  /** How deep the schemas for one value are nested; Infinity where they come back to themselves. */
  const nesting = (schema: JsonObject): number => {
    const known = depths.get(schema)
    if (known !== undefined) return known
    depths.set(schema, Number.POSITIVE_INFINITY)
    const referred = '$ref' in schema ? target(schema) : undefined
    const inner = [...sameValueSchemas(schema), ...(typeof referred === 'object' ? [referred] : [])]
    const depth = 1 + inner.reduce((deepest, one) => Math.max(deepest, nesting(one)), 0)
    depths.set(schema, depth)
    return depth
  }
  for (const schema of all) {
    const referred = '$ref' in schema ? target(schema) : true
    if (referred === undefined || (typeof referred === 'object' && !all.has(referred)))
      return `$ref: ${String(schema.$ref)} is not in this schema: put its definition into $defs`
    const problem = keywordProblem(schema)
    if (problem !== null) return problem
    if (nesting(schema) > MAX_NESTING)
      return `$ref, allOf, anyOf and the like are nested more than ${MAX_NESTING} deep, or refer to themselves`
  }
  return null
}

function keywordProblem(schema: JsonObject): string | null {
  const unsupported = ['$dynamicRef', '$recursiveRef', 'dependencies'].find(keyword => keyword in schema)
  if (unsupported !== undefined) return `${unsupported} is not supported: write the schema without it`
  const { pattern } = schema
  if (typeof pattern === 'string' && readPattern(pattern) === 'invalid')
    return `pattern: ${pattern} is no regular expression`
  const key = Object.keys(schema.patternProperties ?? {}).find(one => readPattern(one) !== 'usable')
  return key === undefined ? null : `patternProperties: ${key} is no regular expression, or may take too long to match`
}
