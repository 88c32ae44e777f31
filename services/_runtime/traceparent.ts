import type { ServiceName } from '#topology/types.ts'
import { deriveId, digest } from './identity.ts'
import type { LogRecord } from './log.ts'

/** A span and the trace it lies in: 32 and 16 hexadecimal digits. `sampled`: whoever began the trace wants to see it. */
export type TraceContext = { readonly traceId: string; readonly spanId: string; readonly sampled: boolean }

const form = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]([0-9a-f])(-.*)?$/

/**
 * Reads a header of W3C Trace Context level 1 (https://www.w3.org/TR/trace-context/#traceparent-header), and of later
 * versions what that one has. Undefined for anything else.
 */
export function readTraceparent(header: string | undefined): TraceContext | undefined {
  const [, version, traceId, spanId, flags, more] = form.exec(header ?? '') ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined
  if (version === '00' && more !== undefined) return undefined
  return { traceId, spanId, sampled: Number.parseInt(flags, 16) % 2 === 1 }
}

export function writeTraceparent({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`
}

/**
 * The step of one service on one record. The trace is the record's, or begins here under the id of its event, so that who
 * knows the id finds the trace. The span derives from where the record lies: a replay makes the same one, and the same
 * event sent twice or re-driven makes two.
 */
export function stepContext(service: ServiceName, record: LogRecord, inputId: string | undefined): TraceContext {
  const { topic, partition, offset } = record
  const before = readTraceparent(record.headers['traceparent'])
  return {
    traceId: before?.traceId ?? digest(inputId ?? `${topic}/${partition}@${offset}`).slice(0, 32),
    spanId: spanId(service, topic, partition, offset),
    sampled: before?.sampled ?? true,
  }
}

/** Ids of spans derive like all others; no span of ours has a random one. */
export function spanId(...from: readonly (string | number)[]): string {
  return deriveId('span/v1', ...from).slice(0, 16)
}
