import { Fault } from '#runtime/core/faults.ts'
import { digest } from '#runtime/core/identity.ts'
import type { ObjectStore } from '#runtime/objects/object-store.ts'

/** Objects in `stored`, by their digest. */
export function inMemoryObjects(stored: Map<string, Uint8Array> = new Map()): ObjectStore {
  return {
    async put(content) {
      stored.set(digest(content), content)
      return digest(content)
    },
    async get(name) {
      const content = stored.get(name)
      if (content === undefined) throw new Fault('FLY_OBJECT', `there is no object ${name}`)
      return content
    },
    has: async name => stored.has(name),
  }
}
