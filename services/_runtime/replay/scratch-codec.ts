import { avro } from '#schemas/avro.ts'
import { services } from '#topology/map.ts'
import type { ServiceName } from '#topology/types.ts'
import { type Codec, createCodec } from '../codec/codec.ts'
import type { SchemaRegistry } from '../registry/schema-registry.ts'

/** A codec for what a service emits, with a registry of its own: a replay registers nothing. */
export async function scratchCodec(service: ServiceName): Promise<Codec> {
  const schemas: object[] = []
  const registry: SchemaRegistry = {
    register: async (_subject, schema) => schemas.push(schema) - 1,
    schema: async id => schemas[id] ?? {},
    close: async () => {},
  }
  const codec = createCodec(registry, avro)
  await codec.registerSchemas(services[service].writes)
  return codec
}
