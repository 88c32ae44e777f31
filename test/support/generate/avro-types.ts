/** TypeScript from Avro schemas: erasable, readonly, one type per named Avro type. */

type Field = { name: string; type: AvroSchema; doc?: string }
type Named = { type: 'record' | 'enum'; name: string; doc?: string; fields?: Field[]; symbols?: string[] }
type AvroSchema =
  | string
  | AvroSchema[]
  | { type: 'array'; items: AvroSchema }
  | { type: 'map'; values: AvroSchema }
  | { type: string }
  | Named

const primitives: Record<string, string> = {
  null: 'null',
  boolean: 'boolean',
  int: 'number',
  // Every long of ours is a time or a count below 2^53.
  long: 'number',
  float: 'number',
  double: 'number',
  string: 'string',
}

/** Collects the declarations that `schema` needs into `declared` (name to text) and returns the type expression. */
function typeOf(schema: AvroSchema, declared: Map<string, string>): string {
  if (typeof schema === 'string') return primitives[schema] ?? nameOf(schema, declared)
  if (Array.isArray(schema)) {
    const branches = schema.map(branch => typeOf(branch, declared))
    return branches.sort(nullLast).join(' | ')
  }
  if ('items' in schema) return `readonly ${parenthesized(typeOf(schema.items, declared))}[]`
  if ('values' in schema) return `Readonly<Record<string, ${typeOf(schema.values, declared)}>>`
  if (!('name' in schema)) return typeOf(schema.type, declared)
  const body =
    schema.type === 'enum'
      ? (schema.symbols ?? []).map(symbol => `'${symbol}'`).join(' | ')
      : `{\n${(schema.fields ?? []).map(field => fieldOf(field, declared)).join('')}}`
  const text = `${docOf(schema.doc)}export type ${schema.name} = ${body}\n`
  const before = declared.get(schema.name)
  if (before !== undefined && before !== text) throw new Error(`${schema.name} is declared twice and differs`)
  declared.set(schema.name, text)
  return schema.name
}

/** A type declared before, with or without its namespace. */
function nameOf(name: string, declared: Map<string, string>): string {
  const short = name.slice(name.lastIndexOf('.') + 1)
  if (!declared.has(short))
    throw new Error(`${name} is used before it is declared, or is no type that is generated here`)
  return short
}

const nullLast = (a: string, b: string): number => Number(a === 'null') - Number(b === 'null')
const parenthesized = (type: string): string => (type.includes(' | ') ? `(${type})` : type)
const docOf = (doc: string | undefined, indent = ''): string =>
  doc ? `${indent}/** ${doc.replaceAll('*/', '* /')} */\n` : ''
const fieldOf = (field: Field, declared: Map<string, string>): string =>
  `${docOf(field.doc, '  ')}  readonly ${field.name}: ${typeOf(field.type, declared)}\n`

/** The text of `schemas/events.ts`: types, and the record from event name to type. */
export function eventTypes(schemas: readonly Named[]): string {
  const declared = new Map<string, string>()
  for (const schema of schemas) typeOf(schema, declared)
  const names = schemas.map(schema => schema.name)
  return [
    '// Generated from the .avsc files by `npm run generate`. Do not edit.\n',
    ...declared.values(),
    `export type Events = {\n${names.map(name => `  ${name}: ${name}\n`).join('')}}\n`,
  ].join('\n')
}

/** The text of `schemas/avro.ts`: the schemas themselves as data. */
export function schemaData(schemas: readonly Named[]): string {
  const entries = schemas.map(schema => `  ${schema.name}: ${JSON.stringify(schema)},\n`).join('')
  return `// Generated from the .avsc files by \`npm run generate\`. Do not edit.\nimport type { Events } from './events.ts'\n\nexport const avro = {\n${entries}} as const satisfies Record<keyof Events, object>\n`
}
