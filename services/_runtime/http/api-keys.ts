import { timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Settings } from '../config/config.ts'
import { Fault } from '../core/faults.ts'
import { digest } from '../core/identity.ts'
import { strictObject } from '../core/strict-object.ts'
import { createTokenBucket, type TokenBucket } from './token-bucket.ts'

/**
 * Permissions of a key: send records, request plans from the gateway, submit reviews, resolve disagreements between reviews, read,
 * and change shared configuration.
 */
export const scopes = ['ingest', 'plan', 'review', 'adjudicate', 'read', 'admin'] as const
export type Scope = (typeof scopes)[number]

/** The authenticated sender of a request. `bucket` is absent for FLYWHEEL_API_KEY: services do not rate-limit each other. */
export type Caller = { readonly name: string; readonly scopes: ReadonlySet<Scope>; readonly bucket?: TokenBucket }

const keysFile = z
  .array(
    strictObject({
      name: z.string().regex(/^[\w.-]{1,100}$/, 'must be 1 to 100 letters, digits, dots, dashes or underscores'),
      sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be the SHA-256 of the key: 64 hexadecimal digits'),
      scopes: z.array(z.enum(scopes)).min(1),
      requestsPerSecond: z.number().min(0.01).default(1_000),
    }),
  )
  .refine(keys => new Set(keys.map(({ name }) => name)).size === keys.length, 'two keys have the same name')

const fullAccess: Caller = { name: 'wheel', scopes: new Set(scopes) }

/**
 * Creates a function that returns the caller for an `Authorization` header, or undefined if the header has no known key. If no
 * key is configured, every request has full access. Throws FLY_CONFIG if the key file cannot be read; the message does not quote
 * the file's content.
 */
export function createAuthenticator(
  settings: Pick<Settings, 'apiKey' | 'apiKeys'>,
): (header?: string) => Caller | undefined {
  if (settings.apiKey === undefined) return () => fullAccess
  const known = [
    { sha256: Buffer.from(digest(settings.apiKey)), caller: fullAccess },
    ...(settings.apiKeys === undefined ? [] : readKeys(settings.apiKeys)),
  ]
  return header => {
    const token = /^Bearer (.+)$/i.exec(header ?? '')?.[1]
    if (token === undefined) return undefined
    const sha256 = Buffer.from(digest(token))
    // Compares digests, and always all of them, so that timing reveals neither the key nor its position in the list.
    return known.filter(key => timingSafeEqual(key.sha256, sha256))[0]?.caller
  }
}

function readKeys(path: string): { readonly sha256: Buffer; readonly caller: Caller }[] {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    const code = error instanceof SyntaxError ? 'not JSON' : (error as NodeJS.ErrnoException).code
    throw new Fault('FLY_CONFIG', `FLYWHEEL_API_KEYS: ${path} cannot be read: ${code}`)
  }
  const parsed = keysFile.safeParse(content)
  if (!parsed.success) {
    const [first] = parsed.error.issues
    throw new Fault('FLY_CONFIG', `FLYWHEEL_API_KEYS: ${path}: ${first?.path.join('.')}: ${first?.message}`)
  }
  return parsed.data.map(({ name, sha256, scopes: allowed, requestsPerSecond }) => ({
    sha256: Buffer.from(sha256),
    caller: { name, scopes: new Set(allowed), bucket: createTokenBucket(requestsPerSecond) },
  }))
}
