import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Metrics } from '../telemetry/telemetry.ts'
import { httpError } from './error.ts'

/** Largest body that is read as a whole, in bytes. */
export const bodyLimit = 8 * 1024 * 1024
/** Of a body that is read as a stream, this much is in memory at once. */
export const streamBytes = 2 * 1024 * 1024
/** What a request costs beside its body. */
const requestOverheadBytes = 16 * 1024
/** A packed body may become so many times as large: what deflate can do at most (https://zlib.net/zlib_tech.html). */
const maxInflation = 1032
/** Bodies that a process holds at once, from their first byte to the answer; with what is built from them several times as much. */
const maxHeldBytes = 32 * 1024 * 1024

declare module 'fastify' {
  interface FastifyRequest {
    /** Bytes reserved for it. */
    held: number
  }
}

/** Refuses requests with a body before it is read, by 429, while those that are not answered yet hold too many bytes. */
export function limitHeldBytes(
  app: FastifyInstance,
  { heldBytes }: Pick<Metrics, 'heldBytes'>,
  limit = maxHeldBytes,
): void {
  let held = 0
  const hold = (bytes: number): void => {
    held += bytes
    heldBytes.inc(bytes)
  }
  app.decorateRequest('held', 0)
  app.addHook('onRequest', async request => {
    const bytes = reservedBytes(request.headers)
    if (held + bytes > limit)
      throw httpError(429, 'busy', 'Too much is being taken in right now: send it again later', 1)
    request.held = bytes
    hold(bytes)
  })
  // Also reached when the caller has gone, and not before the work for it is done.
  app.addHook('onSend', async request => {
    hold(-request.held)
    request.held = 0
  })
}

function reservedBytes(headers: IncomingHttpHeaders): number {
  const length = headers['content-length']
  if (length === undefined && headers['transfer-encoding'] === undefined) return 0
  if (isStream(headers)) return requestOverheadBytes + streamBytes
  const growth = headers['content-encoding'] === undefined ? 1 : maxInflation
  return requestOverheadBytes + Math.min(Number(length ?? bodyLimit) * growth, bodyLimit)
}

/** NDJSON is handed over unread. */
const isStream = (headers: IncomingHttpHeaders): boolean =>
  headers['content-type']?.startsWith('application/x-ndjson') ?? false
