import { AsyncLocalStorage } from 'node:async_hooks'
import type { SpanContext } from '@opentelemetry/api'
import type { ServiceName } from '#topology/types.ts'
import type { LogRecord } from '../log/event-log.ts'
import type { PreparedRecord } from '../processing/prepare-batch.ts'
import type { Logger } from './telemetry.ts'
import { readTraceparent, type TraceContext, writeTraceparent } from './traceparent.ts'

/** The span of one record at one service, from its gathering to the commit of what it led to. Chat text never enters it. */
export type RecordSpan = {
  /** For the headers of what the record leads to: names this span. */
  readonly traceparent: string
  /** For links to it; absent where the sampler left the span out. */
  readonly context?: SpanContext
  readonly decideStarted: () => void
  /** With the error when the record was refused. One that stops the service ends the span, since no commit will. */
  readonly decideEnded: (error?: unknown) => void
  /** Ends it. */
  readonly end: () => void
}

/** Spans of what the runtime does. Undefined in place of it means that nobody asked for spans. */
export type Tracing = {
  /** Prepares a record and begins its span. */
  readonly gather: (
    service: ServiceName,
    record: LogRecord,
    prepare: (record: LogRecord) => Promise<PreparedRecord>,
  ) => Promise<PreparedRecord>
  /** Commits in a span that links to those of the records, which end with it. A failed commit leaves them to the next attempt. */
  readonly commit: <T>(service: ServiceName, batch: readonly PreparedRecord[], commit: () => Promise<T>) => Promise<T>
  /** Appends events for a caller that brought a trace, in a span which the records then name. */
  readonly send: (
    service: ServiceName,
    topic: string,
    events: readonly { readonly id: string }[],
    caller: TraceContext,
    append: (headers: TraceHeaders) => Promise<void>,
  ) => Promise<void>
  /** Sends what is left. Takes at most as long as one export may (`span-export.ts`). Never rejects. */
  readonly close: () => Promise<void>
}

/**
 * Spans when OpenTelemetry's own variables name an endpoint for them; its SDK is loaded only then, and reads the rest of
 * the variables itself. `system` is the event log, as `messaging.system` names it.
 */
export async function openTracing(system: 'kafka' | 'embedded', logger: Logger): Promise<Tracing | undefined> {
  const { env } = process
  const endpoint = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT']
  const isOff = env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none'
  if (!endpoint || isOff) return undefined
  const { createTracing } = await import('./spans.ts')
  return createTracing(system, logger)
}

type TraceHeaders = { readonly traceparent: string }

const callerTrace = new AsyncLocalStorage<TraceContext>()

/** Answers an HTTP request in the trace that its `traceparent` header names; without a valid one, in none. */
export function runInCallerTrace(traceparent: unknown, answer: () => void): void {
  const caller = readTraceparent(typeof traceparent === 'string' ? traceparent : undefined)
  if (caller) callerTrace.run(caller, answer)
  else answer()
}

/** For a request to another service on behalf of a caller: its trace goes on there. */
export function callerTraceHeaders(): TraceHeaders | undefined {
  const caller = callerTrace.getStore()
  return caller && { traceparent: writeTraceparent(caller) }
}

/** Appends what a request brought. Its caller's trace goes on in the records; without one it begins at their first step. */
export function appendInTrace(
  tracing: Tracing | undefined,
  service: ServiceName,
  topic: string,
  events: readonly { readonly id: string }[],
  append: (headers?: TraceHeaders) => Promise<void>,
): Promise<void> {
  const caller = callerTrace.getStore()
  if (tracing && caller) return tracing.send(service, topic, events, caller, append)
  return append(callerTraceHeaders())
}
