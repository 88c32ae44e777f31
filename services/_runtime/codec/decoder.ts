import { errorMessage, Fault } from '../core/faults.ts'
import type { SchemaRegistry } from '../registry/schema-registry.ts'
import { createBoundsCheck } from './avro-bounds.ts'
import { type AvroType, plainObjectType } from './avro-type.ts'
import { readSchemaId, wireHeaderBytes } from './wire-format.ts'

/** How to decode the values of one schema as an event of this program. */
type SchemaReader = {
  readonly eventName: string
  readonly checkBounds: (bytes: Uint8Array, from: number) => void
  readonly type: AvroType
  /** Converts from another version of the schema; undefined where it is the same version. */
  readonly resolver: ReturnType<AvroType['createResolver']> | undefined
}

/**
 * Decodes values in the wire format as the types given, by event name. Each schema is fetched and resolved once. FLY_DECODE when the
 * bytes hold no event, or another than the one expected.
 */
export function createDecoder(
  registry: SchemaRegistry,
  types: ReadonlyMap<string, AvroType>,
): (value: Buffer, expected?: string) => Promise<object> {
  const readers = new Map<number, SchemaReader>()

  return async (value, expected) => {
    const id = readSchemaId(value)
    if (id === undefined) throw decodeFault(`${describeStart(value)} the wire format of the schema registry`)
    const reader = readers.get(id) ?? (await createReader(id))
    if (expected !== undefined && reader.eventName !== expected)
      throw decodeFault(`schema ${id} is that of ${reader.eventName}, not of ${expected}`, { schemaId: id })
    try {
      reader.checkBounds(value, wireHeaderBytes)
      return reader.type.decode(value, wireHeaderBytes, reader.resolver).value
    } catch (error) {
      throw decodeFault(`the bytes do not match schema ${id}: ${errorMessage(error)}`, { schemaId: id }, error)
    }
  }

  async function createReader(id: number): Promise<SchemaReader> {
    const schema = await registry.schema(id)
    try {
      const written = plainObjectType(schema)
      const found = [...types].find(([, { name }]) => name === written.name)
      if (!found) throw new Error(`${written.name ?? written.typeName} is not an event of this program`)
      const [eventName, type] = found
      const resolver = type.equals(written) ? undefined : type.createResolver(written)
      const reader = { eventName, checkBounds: createBoundsCheck(written, type), type, resolver }
      readers.set(id, reader)
      return reader
    } catch (error) {
      throw decodeFault(`schema ${id} cannot be read: ${errorMessage(error)}`, { schemaId: id }, error)
    }
  }
}

const describeStart = (value: Buffer): string =>
  value.length < wireHeaderBytes
    ? `${value.length} bytes are too short for`
    : `the first byte is ${value[0]}, not 0: not in`

const decodeFault = (reason: string, details: Readonly<Record<string, unknown>> = {}, cause?: unknown): Fault =>
  new Fault('FLY_DECODE', reason, details, cause)
