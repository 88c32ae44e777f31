import { Fault } from '#runtime/core/faults.ts'
import { digest } from '#runtime/core/identity.ts'
import type { ObjectStore } from '#runtime/objects/object-store.ts'

/** Objects in memory, in `stored` by their digest. */
export function inMemoryObjects(
  stored: Map<string, Uint8Array> = new Map(),
): ObjectStore & { readonly stored: ReadonlyMap<string, Uint8Array> } {
  return {
    stored,
    async put(content) {
      const name = digest(content)
      stored.set(name, content)
      return name
    },
    async get(name) {
      const content = stored.get(name)
      if (content === undefined) throw new Fault('FLY_OBJECT', `object ${name} is missing`, { digest: name })
      return content
    },
    has: async name => stored.has(name),
  }
}
