import { Fault } from '#runtime/core/faults.ts'
import type { Compatibility, SchemaRegistry } from '#runtime/registry/schema-registry.ts'

/** A registry in memory that accepts every schema; `registered` has the compatibility level of each subject. */
export function inMemoryRegistry(): SchemaRegistry & { readonly registered: ReadonlyMap<string, Compatibility> } {
  const numbers = new Map<string, number>()
  const registered = new Map<string, Compatibility>()
  return {
    registered,
    async register(subject, schema, compatibility) {
      registered.set(subject, compatibility)
      const text = JSON.stringify(schema)
      const id = numbers.get(text) ?? numbers.size + 1
      numbers.set(text, id)
      return id
    },
    async schema(id) {
      const text = [...numbers].find(([, number]) => number === id)?.[0]
      if (text === undefined) throw new Fault('FLY_DECODE', `there is no schema ${id}`)
      return JSON.parse(text)
    },
    close: async () => {},
  }
}
