/** Large contents by their SHA-256 digest: written once, never changed. */
export interface ObjectStore {
  /** Returns the digest. Writing the same content again changes nothing but its age (`StoredObject`). */
  put(content: Uint8Array): Promise<string>
  /** FLY_OBJECT when the object is missing or its content does not have that digest. */
  get(digest: string): Promise<Uint8Array>
  has(digest: string): Promise<boolean>
}

/** An object as it lies in the store. One that was put again after it came into the trash is listed twice. */
export type StoredObject = {
  readonly digest: string
  readonly bytes: number
  /** When it was last put, or came into the trash: ms since 1970, by the clock of the store. It may be up to an hour too early. */
  readonly since: number
  readonly inTrash: boolean
}

/**
 * The store for garbage collection. An object in the trash can still be read: a process may have put it again, and name it in an event,
 * while it was on its way there.
 */
export interface SweepableStore extends ObjectStore {
  list(): AsyncIterable<StoredObject>
  moveToTrash(digest: string): Promise<void>
  restoreFromTrash(digest: string): Promise<void>
  /** Unless it came there since `before`, in ms since 1970, by another collection that runs at the same time. */
  deleteFromTrash(digest: string, before: number): Promise<void>
  /** Deletes what writers that ended in the middle left before this time, in ms since 1970. */
  deleteUnfinished(before: number): Promise<void>
}

export async function putJson(objects: Pick<ObjectStore, 'put'>, canonicalJson: string): Promise<string> {
  return objects.put(Buffer.from(canonicalJson))
}

/** Reads a JSON object that this project wrote. Its shape is not validated: the digest shows that it is unchanged. */
export async function getJson<T>(objects: Pick<ObjectStore, 'get'>, digest: string): Promise<T> {
  return JSON.parse(Buffer.from(await objects.get(digest)).toString('utf8')) as T
}
