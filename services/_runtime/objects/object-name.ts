import { Fault } from '../core/faults.ts'
import { digest } from '../core/identity.ts'

export const isDigest = (name: string): boolean => /^[0-9a-f]{64}$/.test(name)

/** Digests come from events: FLY_OBJECT for a malformed one, which must not become a path or key of something else. */
export function requireDigest(name: string): void {
  if (!isDigest(name)) throw new Fault('FLY_OBJECT', `${name.slice(0, 80)} is not a digest`)
}

/** FLY_OBJECT where the content is not that of its name. */
export function requireIntact(name: string, content: Uint8Array): void {
  if (digest(content) !== name) throw new Fault('FLY_OBJECT', `object ${name} is damaged`, { digest: name })
}

export const missingObject = (name: string): Fault =>
  new Fault('FLY_OBJECT', `object ${name} is missing`, { digest: name })

/** FLY_STORE for an action on an object: `read`, `written`. */
export const unreachableObject = (action: string, name: string, error: unknown): Fault =>
  new Fault('FLY_STORE', `object ${name} cannot be ${action}: ${String(error)}`, { digest: name }, error)
