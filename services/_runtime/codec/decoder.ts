import { Fault } from '../core/faults.ts'
import type { SchemaRegistry } from '../registry/schema-registry.ts'
import { createBoundsCheck } from './avro-bounds.ts'
import { plainObjectType } from './avro-type.ts'

type AvroType = ReturnType<typeof plainObjectType>

/** How to read what one schema wrote as our type: undefined where the two are the same. */
type SchemaResolution = {
  readonly type: AvroType
  readonly resolver: ReturnType<AvroType['createResolver']> | undefined
}
type WriterSchema = {
  readonly name: string
  readonly check: (bytes: Uint8Array, from: number) => void
  readonly reading: SchemaResolution
}

const wireHeaderBytes = 5

/** Reads values in Confluent's wire format as our types, by event name. Schemas are fetched and resolved once each. */
export function createDecoder(
  registry: SchemaRegistry,
  types: ReadonlyMap<string, AvroType>,
): (value: Buffer, expected?: string) => Promise<object> {
  const writers = new Map<number, WriterSchema>()

  return async (value, expected) => {
    const id = schemaIdOf(value)
    const writer = writers.get(id) ?? (await fetchWriter(id))
    if (expected !== undefined && writer.name !== expected)
      throw decodeFault(`schema ${id} is that of ${writer.name}, not of ${expected}`, { schemaId: id })
    try {
      writer.check(value, wireHeaderBytes)
      const { type, resolver } = writer.reading
      return type.decode(value, wireHeaderBytes, resolver).value
    } catch (error) {
      throw decodeFault(`the bytes do not match schema ${id}: ${messageOf(error)}`, { schemaId: id }, error)
    }
  }

  async function fetchWriter(id: number): Promise<WriterSchema> {
    const schema = await registry.schema(id)
    try {
      const written = plainObjectType(schema)
      const type = [...types.values()].find(({ name }) => name === written.name)
      if (!type) throw new Error(`${written.name ?? written.typeName} is no event of ours`)
      const resolver = type.equals(written) ? undefined : type.createResolver(written)
      const writer = {
        name: unqualifiedName(type.name),
        check: createBoundsCheck(written),
        reading: { type, resolver },
      }
      writers.set(id, writer)
      return writer
    } catch (error) {
      throw decodeFault(`schema ${id} cannot be read: ${messageOf(error)}`, { schemaId: id }, error)
    }
  }
}

function schemaIdOf(value: Buffer): number {
  if (value.length < wireHeaderBytes)
    throw decodeFault(`${value.length} bytes are too short for the head of an Avro record`)
  if (value[0] !== 0)
    throw decodeFault(`the first byte is ${value[0]}, not 0: not a record in the registry's wire format`)
  return value.readUInt32BE(1)
}

const unqualifiedName = (name: string | undefined): string => name?.split('.').at(-1) ?? ''
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const decodeFault = (reason: string, about: Readonly<Record<string, unknown>> = {}, cause?: unknown): Fault =>
  new Fault('FLY_DECODE', reason, about, cause)
