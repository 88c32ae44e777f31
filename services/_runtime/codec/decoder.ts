import { Fault } from '../core/faults.ts'
import type { SchemaRegistry } from '../registry/schema-registry.ts'
import { boundsOf } from './avro-bounds.ts'
import { plainType } from './avro-type.ts'

type Type = ReturnType<typeof plainType>

/** How to read what one schema wrote as our type: undefined where the two are the same. */
type Reading = { readonly type: Type; readonly resolver: ReturnType<Type['createResolver']> | undefined }
type Writer = {
  readonly name: string
  readonly check: (bytes: Uint8Array, from: number) => void
  readonly reading: Reading
}

const head = 5

/** Reads values in Confluent's wire format as our types, by event name. Schemas are fetched and resolved once each. */
export function createDecoder(
  registry: SchemaRegistry,
  types: ReadonlyMap<string, Type>,
): (value: Buffer, expected?: string) => Promise<object> {
  const writers = new Map<number, Writer>()

  return async (value, expected) => {
    const id = schemaIdOf(value)
    const writer = writers.get(id) ?? (await fetchWriter(id))
    if (expected !== undefined && writer.name !== expected)
      throw refused(`schema ${id} is that of ${writer.name}, not of ${expected}`, { schemaId: id })
    try {
      writer.check(value, head)
      const { type, resolver } = writer.reading
      return type.decode(value, head, resolver).value
    } catch (error) {
      throw refused(`the bytes do not match schema ${id}: ${messageOf(error)}`, { schemaId: id }, error)
    }
  }

  async function fetchWriter(id: number): Promise<Writer> {
    const schema = await registry.schema(id)
    try {
      const written = plainType(schema)
      const type = [...types.values()].find(({ name }) => name === written.name)
      if (!type) throw new Error(`${written.name ?? written.typeName} is no event of ours`)
      const resolver = type.equals(written) ? undefined : type.createResolver(written)
      const writer = { name: unqualified(type.name), check: boundsOf(written), reading: { type, resolver } }
      writers.set(id, writer)
      return writer
    } catch (error) {
      throw refused(`schema ${id} cannot be read: ${messageOf(error)}`, { schemaId: id }, error)
    }
  }
}

function schemaIdOf(value: Buffer): number {
  if (value.length < head) throw refused(`${value.length} bytes are too short for the head of an Avro record`)
  if (value[0] !== 0) throw refused(`the first byte is ${value[0]}, not 0: not a record in the registry's wire format`)
  return value.readUInt32BE(1)
}

const unqualified = (name: string | undefined): string => name?.split('.').at(-1) ?? ''
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const refused = (reason: string, about: Readonly<Record<string, unknown>> = {}, cause?: unknown): Fault =>
  new Fault('FLY_DECODE', reason, about, cause)
