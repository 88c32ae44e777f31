import { AsyncLocalStorage } from 'node:async_hooks'
import type { SpanContext } from '@opentelemetry/api'
import type { ServiceName } from '#topology/types.ts'
import type { LogRecord } from '../log/event-log.ts'
import { readTraceparent, type TraceContext, writeTraceparent } from './traceparent.ts'

/** The span of one record in one service, from `gather` to the commit of its outputs. It contains no chat text. */
export type RecordSpan = {
  /** The `traceparent` header of the record's outputs, which refers to this span. */
  readonly traceparent: string
  /** The target for links to this span; absent if the span is not sampled. */
  readonly context?: SpanContext
  readonly decideStarted: () => void
  /** `error` is set if the record was refused. An error that stops the service ends the span, because no commit follows. */
  readonly decideEnded: (error?: unknown) => void
  readonly end: () => void
}

/** A record whose facts are being gathered. */
export type GatheringSpan = {
  /** Call it when the facts are available. `inputId` is the id of the record's event, if it could be decoded. */
  readonly gathered: (inputId: string | undefined) => RecordSpan
  /** Call it if an error stops the service. */
  readonly failed: (error: unknown) => void
}

/** Creates the spans of the runtime. The runtime holds `undefined` instead if tracing is off. */
export type Tracing = {
  readonly gatherStarted: (service: ServiceName, record: LogRecord) => GatheringSpan
  /** Commits in a span that links to the spans of the records. A commit ends those; after a failed one they stay open for the next attempt. */
  readonly commit: <T>(
    service: ServiceName,
    batch: readonly { readonly span?: RecordSpan | undefined }[],
    commit: () => Promise<T>,
  ) => Promise<T>
  /** Appends events for a caller that sent a trace context, in a span that is the parent in the records' headers. */
  readonly send: (
    service: ServiceName,
    topic: string,
    events: readonly { readonly id: string }[],
    caller: TraceContext,
    append: (headers: TraceHeaders) => Promise<void>,
  ) => Promise<void>
  /** Exports the queued spans, within the timeout of one export (`span-export.ts`). Never rejects. */
  readonly close: () => Promise<void>
}

type TraceHeaders = { readonly traceparent: string }

const callerTrace = new AsyncLocalStorage<TraceContext>()

/** Handles an HTTP request in the trace of its `traceparent` header; without a valid header, outside of any trace. */
export function runInCallerTrace(traceparent: unknown, handle: () => void): void {
  const caller = readTraceparent(typeof traceparent === 'string' ? traceparent : undefined)
  if (caller) callerTrace.run(caller, handle)
  else handle()
}

/** The headers that continue the caller's trace in a request to another service. */
export function callerTraceHeaders(): TraceHeaders | undefined {
  const caller = callerTrace.getStore()
  return caller && { traceparent: writeTraceparent(caller) }
}

/** Appends the events of a request. The records continue the caller's trace; without one, the consumer starts a trace. */
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
