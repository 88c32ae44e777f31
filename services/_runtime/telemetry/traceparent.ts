import { deriveId, digest } from '../core/identity.ts'

/** A trace id (32 hexadecimal digits), a span id (16), and whether the root of the trace was sampled. */
export type TraceContext = { readonly traceId: string; readonly spanId: string; readonly sampled: boolean }

const traceparentPattern =
  /^(?!ff|00.{53}.)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]([0-9a-f])(?:-.*)?$/

/**
 * Parses a `traceparent` header of W3C Trace Context level 1 (https://www.w3.org/TR/trace-context/#traceparent-header). Of a later
 * version it reads the level 1 fields. Undefined for anything else.
 */
export function readTraceparent(header: string | undefined): TraceContext | undefined {
  const [, traceId, spanId, flags] = traceparentPattern.exec(header ?? '') ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined
  return { traceId, spanId, sampled: Number.parseInt(flags, 16) % 2 === 1 }
}

export function writeTraceparent({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`
}

/** The trace of an event that has no trace context. Its ids derive from the event id, so the trace can be found by the event. */
export function rootTraceContext(id: string): TraceContext {
  const derived = digest(id)
  return { traceId: derived.slice(0, 32), spanId: derived.slice(32, 48), sampled: true }
}

/**
 * The header for a record's outputs when no span is created: the incoming header unchanged, as the standard requires of a service
 * that does not take part in the trace. Without a valid header, a new root context.
 */
export function propagatedTraceparent(header: string | undefined, id: string): string {
  return header !== undefined && traceparentPattern.test(header) ? header : writeTraceparent(rootTraceContext(id))
}

/** A span id derived from the span's subject, so that a replay creates the same id. */
export function spanIdOf(...from: readonly (string | number)[]): string {
  return deriveId('span/v1', ...from).slice(0, 16)
}
