import { createHmac, hash } from 'node:crypto'

/** SHA-256 of bytes or text, 64 hexadecimal digits: the name of an object in the store. */
export function digest(content: string | Uint8Array): string {
  return hash('sha256', content, 'hex')
}

/** HMAC-SHA-256 of a text, 64 hexadecimal digits: without the key nobody can try texts out. */
export function keyedDigest(key: string, content: string): string {
  return createHmac('sha256', key).update(content).digest('hex')
}

/**
 * Identity of something that follows from other things: 128 bits, 32 hexadecimal digits. `label` is versioned
 * (`sampler/v1`), so that a new rule makes new ids while a replay of the old one makes the same.
 */
export function deriveId(label: string, ...from: readonly (string | number)[]): string {
  return digest([label, ...from].join('\u0000')).slice(0, 32)
}

/** A stable number in [0, 1) for a label and an id: what is below .05 is also below .10, on every machine, for ever. */
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
