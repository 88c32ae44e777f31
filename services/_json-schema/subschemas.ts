import { isObject, type JsonObject } from '#runtime/core/json.ts'

const sameValue = ['not', 'if', 'then', 'else', 'allOf', 'anyOf', 'oneOf']
const sameValueMaps = ['dependentSchemas']
const childValue = [
  ...['items', 'prefixItems', 'additionalItems', 'contains', 'additionalProperties', 'propertyNames'],
  ...['unevaluatedProperties', 'unevaluatedItems'],
]
const childValueMaps = ['properties', 'patternProperties', '$defs', 'definitions']

/** The subschemas that judge the same value as the schema itself, without that of `$ref`; booleans left out. */
export const sameValueSchemas = (schema: JsonObject): readonly JsonObject[] => collect(schema, sameValue, sameValueMaps)

/** All direct subschemas; booleans left out. */
export const subschemas = (schema: JsonObject): readonly JsonObject[] =>
  collect(schema, [...sameValue, ...childValue], [...sameValueMaps, ...childValueMaps])

function collect(schema: JsonObject, keywords: readonly string[], maps: readonly string[]): readonly JsonObject[] {
  return [
    ...keywords.flatMap(keyword => schema[keyword] ?? []),
    ...maps.flatMap(keyword => Object.values(schema[keyword] ?? {})),
  ].filter(isObject)
}

/** The schema with each schema in it changed, innermost first. */
export function mapSchemas(schema: unknown, change: (schema: JsonObject) => JsonObject): unknown {
  if (Array.isArray(schema)) return schema.map(one => mapSchemas(one, change))
  if (!isObject(schema)) return schema
  const entries = Object.entries(schema).map(([keyword, value]) => {
    if ([...sameValueMaps, ...childValueMaps].includes(keyword) && isObject(value))
      return [keyword, Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mapSchemas(one, change)]))]
    return [keyword, [...sameValue, ...childValue].includes(keyword) ? mapSchemas(value, change) : value]
  })
  return change(Object.fromEntries(entries))
}
