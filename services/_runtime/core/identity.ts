import { createHmac, hash } from 'node:crypto'

/** SHA-256 of bytes or text, 64 hexadecimal digits: the name of an object in the store. */
export function digest(content: string | Uint8Array): string {
  return hash('sha256', content, 'hex')
}

/** HMAC-SHA-256 of a text, 64 hexadecimal digits. Without the key a text cannot be found by trying candidates. */
export function keyedDigest(key: string, content: string): string {
  return createHmac('sha256', key).update(content).digest('hex')
}

/**
 * An id that is derived from other values: 128 bits, 32 hexadecimal digits. `label` has a version (`sampler/v1`): a new rule
 * makes new ids, and a replay of the old rule makes the same ones.
 */
export function deriveId(label: string, ...from: readonly (string | number)[]): string {
  return digest([label, ...from].join('\u0000')).slice(0, 32)
}

/** A number in [0, 1) that depends only on a label and an id: the ids below .05 are also below .10, on every machine. */
export function hashFraction(label: string, id: string): number {
  return Number.parseInt(digest(`${label}\u0000${id}`).slice(0, 13), 16) / 2 ** 52
}

/** A 32-bit seed derived from a label and an id. */
export function seedOf(label: string, id: string): number {
  return Number.parseInt(digest(`${label}\u0000${id}`).slice(0, 8), 16)
}

/** JSON with sorted keys, so that equal values have equal digests. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
