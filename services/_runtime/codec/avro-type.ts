import avsc from 'avsc'

export type AvroType = avsc.Type

/**
 * An Avro type whose records are plain objects. avsc compiles a constructor for each record type. With the prototype of plain objects
 * that constructor makes plain objects at no cost; copying each record instead would double the time.
 */
export function plainObjectType(schema: object): AvroType {
  const registry: Record<string, avsc.Type> = {}
  const type = avsc.Type.forSchema(schema as avsc.Schema, { registry, omitRecordMethods: true })
  for (const named of Object.values(registry))
    if (isRecordType(named)) (named.recordConstructor as { prototype: unknown }).prototype = Object.prototype
  return type
}

export const isRecordType = (type: AvroType): type is avsc.types.RecordType & { recordConstructor: unknown } =>
  type.typeName === 'record'
