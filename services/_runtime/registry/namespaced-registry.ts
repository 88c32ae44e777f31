import type { SchemaRegistry } from './schema-registry.ts'

/** The registry of one deployment: its subjects begin with the prefix. Ids of schemas are those of the whole registry. */
export const createNamespacedRegistry = (registry: SchemaRegistry, prefix: string): SchemaRegistry => ({
  register: (subject, schema, compatibility) => registry.register(prefix + subject, schema, compatibility),
  schema: id => registry.schema(id),
  close: () => registry.close(),
})
