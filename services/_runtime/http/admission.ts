import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Metrics } from '../telemetry/telemetry.ts'
import { httpError } from './error.ts'

/** Maximum size of a body that is buffered completely, in bytes. */
export const bodyLimit = 8 * 1024 * 1024
/** Maximum part of a streamed body that is in memory at one time, in bytes. */
export const streamBytes = 2 * 1024 * 1024
/** Memory reserved for a request in addition to its body. */
const requestOverheadBytes = 16 * 1024
/** Maximum ratio of decompressed to compressed size for deflate (https://zlib.net/zlib_tech.html). */
const maxInflation = 1032
/** Maximum total of reserved bytes in a process. Parsed bodies use several times this much memory. */
const maxHeldBytes = 32 * 1024 * 1024

declare module 'fastify' {
  interface FastifyRequest {
    /** Bytes reserved for this request. */
    held: number
  }
}

/**
 * Limits the memory used by request bodies. Bytes are reserved from the headers, before the body is read, and released when the
 * response is sent. A request that would exceed the limit gets 429.
 */
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
  // Also runs when the client has disconnected, and only after the handler has finished.
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

/** NDJSON bodies are passed to the handler as a stream. */
const isStream = (headers: IncomingHttpHeaders): boolean =>
  headers['content-type']?.startsWith('application/x-ndjson') ?? false
