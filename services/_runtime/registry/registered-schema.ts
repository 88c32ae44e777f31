import avsc from 'avsc'
import { z } from 'zod'
import { errorMessage, Fault } from '../core/faults.ts'

/** A schema as a registry stores it: its text, and the versions of other subjects that it names. */
const registeredSchema = z.object({
  schema: z.string(),
  schemaType: z.string().default('AVRO'),
  references: z.array(z.object({ subject: z.string(), version: z.number().int() })).default([]),
})

export type RegisteredSchema = z.infer<typeof registeredSchema>
export type SchemaReference = RegisteredSchema['references'][number]

/** undefined where a response holds no schema. */
export const parseRegisteredSchema = (body: unknown): RegisteredSchema | undefined =>
  registeredSchema.safeParse(body).data

/**
 * A registered schema as Avro that needs no other schema. `referenced` are the schemas that it names, each after those that it names
 * itself. FLY_DECODE when one of them is of another kind, such as Protobuf: records with it are never ours.
 */
export function toAvroSchema(id: number, main: RegisteredSchema, referenced: readonly RegisteredSchema[]): object {
  const schema = parseAvro(id, main)
  if (referenced.length === 0) return schema
  try {
    const registry: Record<string, avsc.Type> = {}
    for (const one of referenced) avsc.Type.forSchema(parseAvro(id, one) as avsc.Schema, { registry })
    return avsc.Type.forSchema(schema as avsc.Schema, { registry }).schema({ exportAttrs: true }) as object
  } catch (error) {
    if (error instanceof Fault) throw error
    throw new Fault('FLY_DECODE', `schema ${id} cannot be read: ${errorMessage(error)}`, { schemaId: id }, error)
  }
}

function parseAvro(id: number, { schemaType, schema }: RegisteredSchema): object {
  const details = { schemaId: id, schemaType }
  if (schemaType !== 'AVRO') throw new Fault('FLY_DECODE', `schema ${id} is of type ${schemaType}, not AVRO`, details)
  try {
    return JSON.parse(schema)
  } catch (error) {
    throw new Fault('FLY_DECODE', `schema ${id} is not Avro: its text is not JSON`, details, error)
  }
}
