/** Large contents by their SHA-256 digest: written once, never changed. */
export interface ObjectStore {
  /** Returns the digest. Writing the same content again has no effect. */
  put(content: Uint8Array): Promise<string>
  /** FLY_OBJECT when the object is missing or its content does not have that digest. */
  get(digest: string): Promise<Uint8Array>
  has(digest: string): Promise<boolean>
}

export async function putJson(objects: Pick<ObjectStore, 'put'>, canonicalJson: string): Promise<string> {
  return objects.put(Buffer.from(canonicalJson))
}

/** Reads a JSON object that this project wrote. Its shape is not validated: the digest shows that it is unchanged. */
export async function getJson<T>(objects: Pick<ObjectStore, 'get'>, digest: string): Promise<T> {
  return JSON.parse(Buffer.from(await objects.get(digest)).toString('utf8')) as T
}
