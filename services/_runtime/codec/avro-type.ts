import avsc from 'avsc'

/**
 * An Avro type whose records are plain objects. avsc builds records with a constructor that it compiles per type: given the
 * prototype of plain objects, that constructor makes plain objects at no cost, where copying each record would double it.
 */
export function plainObjectType(schema: object): avsc.Type {
  const registry: Record<string, avsc.Type> = {}
  const type = avsc.Type.forSchema(schema as avsc.Schema, { registry, omitRecordMethods: true })
  for (const named of Object.values(registry))
    if (isRecordType(named)) (named.recordConstructor as { prototype: unknown }).prototype = Object.prototype
  return type
}

export const isRecordType = (type: avsc.Type): type is avsc.types.RecordType & { recordConstructor: unknown } =>
  type.typeName === 'record'
