import { deriveId, digest } from '../core/identity.ts'

/** A span and the trace it lies in: 16 and 32 hexadecimal digits. `sampled`: whoever began the trace wants to see it. */
export type TraceContext = { readonly traceId: string; readonly spanId: string; readonly sampled: boolean }

const traceparentPattern =
  /^(?!ff|00.{53}.)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]([0-9a-f])(?:-.*)?$/

/**
 * Reads a header of W3C Trace Context level 1 (https://www.w3.org/TR/trace-context/#traceparent-header), and of later
 * versions what that one has. Undefined for anything else.
 */
export function readTraceparent(header: string | undefined): TraceContext | undefined {
  const [, traceId, spanId, flags] = traceparentPattern.exec(header ?? '') ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined
  return { traceId, spanId, sampled: Number.parseInt(flags, 16) % 2 === 1 }
}

export function writeTraceparent({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`
}

/** The trace of an event that came without one. Its id follows from that of the event, so who knows the event finds it. */
export function rootTraceContext(id: string): TraceContext {
  const derived = digest(id)
  return { traceId: derived.slice(0, 32), spanId: derived.slice(32, 48), sampled: true }
}

/** The header of what follows where no span is made: the one that came, as the standard asks of who takes no part. */
export function propagatedTraceparent(header: string | undefined, id: string): string {
  return header !== undefined && traceparentPattern.test(header) ? header : writeTraceparent(rootTraceContext(id))
}

/** The id of a span derives from what it is about, like all ids: a replay makes the same one. */
export function spanIdOf(...from: readonly (string | number)[]): string {
  return deriveId('span/v1', ...from).slice(0, 16)
}
