import fc from 'fast-check'
import { avro } from '#schemas/avro.ts'
import type { Events } from '#schemas/events.ts'

type Named = { readonly name: string; readonly fields?: readonly { name: string; type: unknown }[]; symbols?: string[] }
type Schema = { readonly type: unknown; readonly items?: unknown; readonly values?: unknown } & Partial<Named>

/** Any text in UTF-8, and any integer that avsc reads exactly. */
const text = fc.string({ unit: 'binary', maxLength: 12 })
const long = fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 })
const primitives: Record<string, fc.Arbitrary<unknown>> = {
  null: fc.constant(null),
  boolean: fc.boolean(),
  int: fc.integer(),
  long,
  float: fc.float(),
  double: fc.double(),
  string: text,
}

/** Any event of that name that its schema allows. */
export function arbitraryEvent<N extends keyof Events>(name: N): fc.Arbitrary<Events[N]> {
  return arbitraryOf(avro[name], new Map()) as fc.Arbitrary<Events[N]>
}

function arbitraryOf(schema: unknown, named: Map<string, Schema>): fc.Arbitrary<unknown> {
  if (Array.isArray(schema)) return fc.oneof(...schema.map(branch => arbitraryOf(branch, named)))
  if (typeof schema === 'string') {
    const known = named.get(schema)
    return primitives[schema] ?? (known ? arbitraryOf(known, named) : fail(schema))
  }
  const { type, name, fields, symbols, items, values } = schema as Schema
  if (name) named.set(name, schema as Schema)
  if (type === 'record')
    return fc.record(Object.fromEntries((fields ?? []).map(field => [field.name, arbitraryOf(field.type, named)])), {
      noNullPrototype: true,
    })
  if (type === 'enum') return fc.constantFrom(...(symbols ?? []))
  if (type === 'array') return fc.array(arbitraryOf(items, named), { maxLength: 3 })
  if (type === 'map') return fc.dictionary(text, arbitraryOf(values, named), { maxKeys: 3, noNullPrototype: true })
  return arbitraryOf(type, named)
}

function fail(schema: string): never {
  throw new Error(`unknown Avro type ${schema}`)
}
