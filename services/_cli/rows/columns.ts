import type { ReadableRecord } from '#runtime/codec/readable-record.ts'
import { avro } from '#schemas/avro.ts'
import type { Events } from '#schemas/events.ts'
import { serviceNames, topicDefinitions } from '#topology/derive/definitions.ts'
import { decisionsTopic } from '#topology/derive/names.ts'

/** A column of a topic's rows: its name, and its type in DuckDB's SQL. */
export type Column = { readonly name: string; readonly type: string }

/** Times are ms since 1970 in events; as columns they are points in time. */
export const timestampType = 'TIMESTAMPTZ'

/** Where a record lies in the log: the columns that every row has behind the fields of its event. */
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

/**
 * The columns of a topic's rows: the fields of its event with their types, records as structs and arrays as lists. A topic of
 * many shapes, such as dead letters, has what `tail` shows as one JSON column, `event`.
 */
export function columnsOf(topic: string): readonly Column[] {
  const event = eventNames[topic]
  if (event === undefined) return [{ name: 'event', type: 'JSON' }, ...locationColumns]
  const named = new Map<string, string>()
  const { fields = [] } = avro[event] as AvroSchema
  return [
    ...fields.map(({ name, type }) => ({ name, type: isTime(type) ? timestampType : sqlType(type, named) })),
    ...locationColumns,
  ]
}

/** The fields of an event, and where its record lies. */
export type TopicRow = Readonly<Record<string, unknown>> & { readonly _partition: number; readonly _offset: number }

/** A record as a row; undefined where it holds no event of its topic: a deletion, or bytes that cannot be read. */
export function rowOf(columns: readonly Column[], record: ReadableRecord): TopicRow | undefined {
  const { partition: _partition, offset: _offset, timestamp: _timestamp, key: _key, event } = record
  const fields = columns[0]?.type === 'JSON' ? { event } : event
  const row = { ...fields, _partition, _offset, _timestamp, _key }
  return columns.every(({ name }) => name in row) ? row : undefined
}

/** The records that are rows, in their order. */
export function rowsOf(columns: readonly Column[], records: readonly ReadableRecord[]): TopicRow[] {
  return records.map(record => rowOf(columns, record)).filter(row => row !== undefined)
}

type AvroSchema = {
  readonly type: unknown
  readonly name?: string
  readonly logicalType?: string
  readonly items?: unknown
  readonly values?: unknown
  readonly fields?: readonly { readonly name: string; readonly type: unknown }[]
}

const primitives: Readonly<Record<string, string>> = {
  ...{ boolean: 'BOOLEAN', int: 'INTEGER', long: 'BIGINT', float: 'DOUBLE', double: 'DOUBLE', string: 'VARCHAR' },
  enum: 'VARCHAR',
}

/** The type in SQL of an Avro schema; JSON for what has no one type, such as a union of two. `named` are the records met before. */
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

/** A name as SQL has it. */
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`
