import { isDigest, missingObject, requireDigest, requireIntact, unreachableObject } from './object-name.ts'
import type { ObjectStore } from './object-store.ts'

/** Runs an action on an object, such as `read`. An error of it is FLY_STORE. */
export type WithStoreFault = <T>(action: string, name: string, use: () => Promise<T>) => Promise<T>

/** `describe` says an error of the store in words. */
export const createWithStoreFault =
  (describe: (error: unknown) => unknown): WithStoreFault =>
  async (action, name, use) => {
    try {
      return await use()
    } catch (error) {
      throw unreachableObject(action, name, describe(error))
    }
  }

/** How a store finds an object: `P` is a path or a key. */
type Places<P> = {
  readonly placeOf: (name: string) => P
  readonly trashPlaceOf: (name: string) => P
  /** Undefined where nothing is at the place. */
  readonly read: (place: P) => Promise<Uint8Array | undefined>
  readonly isThere: (place: P) => Promise<boolean>
}

/** The reads of a store whose objects may be in the trash. */
export function createReads<P>(
  { placeOf, trashPlaceOf, read, isThere }: Places<P>,
  withFault: WithStoreFault,
): Pick<ObjectStore, 'get' | 'has'> {
  /** First and last is the same: meanwhile the object may have come out of the trash. */
  const placesOf = (name: string): readonly P[] => [placeOf(name), trashPlaceOf(name), placeOf(name)]
  return {
    async get(name) {
      requireDigest(name)
      for (const place of placesOf(name)) {
        const content = await withFault('read', name, () => read(place))
        if (content === undefined) continue
        requireIntact(name, content)
        return content
      }
      throw missingObject(name)
    },
    async has(name) {
      if (!isDigest(name)) return false
      return withFault('looked for', name, async () => {
        for (const place of placesOf(name)) if (await isThere(place)) return true
        return false
      })
    },
  }
}
