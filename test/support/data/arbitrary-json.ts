import fc from 'fast-check'

/** The part of JSON Schema that zod writes. */
export type JsonSchema = {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | JsonSchema
  readonly items?: JsonSchema
  readonly minItems?: number
  readonly pattern?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
}

/** Values that fit a schema; `find` resolves a `$ref`. Patterns that fast-check cannot generate are replaced by a plain word. */
export function arbitraryJson(schema: JsonSchema, find: (ref: string) => JsonSchema): fc.Arbitrary<unknown> {
  const of = (inner: JsonSchema): fc.Arbitrary<unknown> => arbitraryJson(inner, find)
  if (schema.$ref) return of(find(schema.$ref))
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return fc.oneof(...choices.map(of))
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type: string) => of({ ...schema, type })))
  switch (schema.type) {
    case 'object':
      return objectOf(schema, of)
    case 'array':
      return fc.array(of(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: (schema.minItems ?? 0) + 3,
      })
    case 'string':
      return textOf(schema)
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -1_000, max: schema.maximum ?? 1_000 })
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e6, max: schema.maximum ?? 1e6, noNaN: true })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      return fc.jsonValue()
  }
}

function objectOf(schema: JsonSchema, of: (inner: JsonSchema) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties } = schema
  const fields = Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, of(inner)]))
  if (Object.keys(fields).length > 0) return fc.record(fields, { requiredKeys: [...required] })
  const inner = typeof additionalProperties === 'object' ? additionalProperties : {}
  return fc.dictionary(fc.string(), of(inner), { maxKeys: 4 })
}

function textOf({ pattern, format }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'date-time')
    return fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map(date => date.toISOString())
  if (pattern === undefined) return fc.string({ unit: 'binary', maxLength: 40 })
  // fast-check does not generate from property classes.
  return pattern.includes('\\p')
    ? fc.stringMatching(/^[a-zA-Z0-9 äß中-]{1,40}$/)
    : fc.stringMatching(new RegExp(pattern))
}

/** A value as corrupted JSON: a part is missing, replaced, added, too deep or too long, or the text is cut off. */
export function corruptedJson(value: unknown): fc.Arbitrary<string> {
  const text = JSON.stringify(value) ?? 'null'
  const places = [...text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[{}[\],:]|true|false|null/g)].map(
    ({ 0: { length }, index }) => [index, index + length] as const,
  )
  const place = fc.constantFrom(...(places.length > 0 ? places : [[0, text.length] as const]))
  const instead = fc.oneof(
    fc.json(),
    fc.constantFrom('', ',', '{"__proto__":{"x":1}}', '1e999', '-0', '"\\ud800"', '"\\u0000"', '\u0000', 'NaN'),
    fc.nat(60).map(depth => `${'['.repeat(depth)}${']'.repeat(depth)}`),
    fc.nat(9_000).map(length => `"${'ü'.repeat(length)}"`),
  )
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(place, instead).map(([[from, to], by]) => text.slice(0, from) + by + text.slice(to)),
    },
    fc.nat(text.length).map(end => text.slice(0, end)),
    fc.string().map(name => `{${JSON.stringify(name)}:0,${text.slice(1)}`),
  )
}
