import type { ReadableRecord } from '#runtime/codec/readable-record.ts'
import { avro } from '#schemas/avro.ts'
import type { Events } from '#schemas/events.ts'
import { serviceNames, topicDefinitions } from '#topology/derive/definitions.ts'
import { decisionsTopic } from '#topology/derive/names.ts'

/** A column of a topic's rows: its name and its DuckDB type. */
export type Column = { readonly name: string; readonly type: string }

/** The type of columns whose field is in ms since 1970. */
export const timestampType = 'TIMESTAMPTZ'

/** The position of the record in the log: the last columns of every row. */
const locationColumns: readonly Column[] = [
  { name: '_partition', type: 'INTEGER' },
  { name: '_offset', type: 'BIGINT' },
  { name: '_timestamp', type: timestampType },
  { name: '_key', type: 'VARCHAR' },
]

const eventNames: Readonly<Record<string, keyof Events>> = {
  ...Object.fromEntries(Object.entries(topicDefinitions).map(([topic, { event }]) => [topic, event])),
  ...Object.fromEntries(serviceNames.map(service => [decisionsTopic(service), 'DecisionRecorded' as const])),
}

/** A topic whose events have several schemas, such as dead letters, has them in this one column, as `tail` prints them. */
const eventColumn: Column = { name: 'event', type: 'JSON' }

/** The columns of a topic's rows: the fields of its event, Avro records as structs and arrays as lists. */
export function columnsOf(topic: string): readonly Column[] {
  const event = eventNames[topic]
  if (event === undefined) return [eventColumn, ...locationColumns]
  const named = new Map<string, string>()
  const { fields }: AvroRecord = avro[event]
  return [
    ...fields.map(({ name, type }) => ({ name, type: isTime(type) ? timestampType : sqlType(type, named) })),
    ...locationColumns,
  ]
}

/** The fields of an event and the position of its record. */
export type TopicRow = Readonly<Record<string, unknown>> & { readonly _partition: number; readonly _offset: number }

/** A record as a row; undefined where it is no event of its topic: a deletion, or bytes that cannot be decoded. */
export function rowOf(columns: readonly Column[], record: ReadableRecord): TopicRow | undefined {
  const { partition: _partition, offset: _offset, timestamp: _timestamp, key: _key, event } = record
  const fields = columns[0] === eventColumn ? { event } : event
  const row = { ...fields, _partition, _offset, _timestamp, _key }
  return columns.every(({ name }) => name in row) ? row : undefined
}

/** The records that are events, as rows in their order. */
export function rowsOf(columns: readonly Column[], records: readonly ReadableRecord[]): TopicRow[] {
  return records.map(record => rowOf(columns, record)).filter(row => row !== undefined)
}

type AvroField = { readonly name: string; readonly type: unknown }
type AvroRecord = { readonly fields: readonly AvroField[] }
type AvroSchema = {
  readonly type: unknown
  readonly name?: string
  readonly logicalType?: string
  readonly items?: unknown
  readonly values?: unknown
  readonly fields?: readonly AvroField[]
}

const primitives: Readonly<Record<string, string>> = {
  ...{ boolean: 'BOOLEAN', int: 'INTEGER', long: 'BIGINT', float: 'DOUBLE', double: 'DOUBLE', string: 'VARCHAR' },
  enum: 'VARCHAR',
}

/** The DuckDB type of an Avro schema; JSON for a union of several types. `named` has the named types before it. */
function sqlType(schema: unknown, named: Map<string, string>): string {
  if (Array.isArray(schema)) {
    const [branch, ...others] = schema.filter(type => type !== 'null')
    return others.length === 0 ? sqlType(branch, named) : 'JSON'
  }
  if (typeof schema === 'string') return primitives[schema] ?? named.get(schema) ?? 'JSON'
  const { type, name, items, values, fields = [] } = schema as AvroSchema
  if (type === 'record') {
    const inner = fields.map(field => `${quoteIdentifier(field.name)} ${sqlType(field.type, named)}`)
    const struct = `STRUCT(${inner.join(', ')})`
    if (name !== undefined) named.set(name, struct)
    return struct
  }
  if (type === 'enum' && name !== undefined) named.set(name, 'VARCHAR')
  if (type === 'array') return `${sqlType(items, named)}[]`
  if (type === 'map') return `MAP(VARCHAR, ${sqlType(values, named)})`
  return sqlType(type, named)
}

const isTime = (schema: unknown): boolean =>
  Array.isArray(schema) ? schema.some(isTime) : (schema as AvroSchema).logicalType === 'timestamp-millis'

/** An identifier in SQL. */
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`
