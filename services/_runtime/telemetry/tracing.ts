import { AsyncLocalStorage } from 'node:async_hooks'
import type { SpanContext } from '@opentelemetry/api'
import type { ServiceName } from '#topology/types.ts'
import type { LogRecord } from '../log/event-log.ts'
import { readTraceparent, type TraceContext, writeTraceparent } from './traceparent.ts'

/** The span of one record at one service, from its gathering to the commit of its outputs. Chat text never enters it. */
export type RecordSpan = {
  /** Names this span, for the headers of the record's outputs. */
  readonly traceparent: string
  /** For links to it; absent where the sampler left the span out. */
  readonly context?: SpanContext
  readonly decideStarted: () => void
  /** With the error when the record was refused. An error that stops the service ends the span, since no commit follows. */
  readonly decideEnded: (error?: unknown) => void
  readonly end: () => void
}

/** A record whose facts are being gathered. */
export type GatheringSpan = {
  /** Call it when the facts are there. `inputId` is the id of the record's event, where it could be decoded. */
  readonly gathered: (inputId: string | undefined) => RecordSpan
  /** Call it when the error stops the service. */
  readonly failed: (error: unknown) => void
}

/** Spans of what the runtime does. Where spans are switched off, `undefined` stands in its place. */
export type Tracing = {
  readonly gatherStarted: (service: ServiceName, record: LogRecord) => GatheringSpan
  /** Commits in a span that links to those of the records. They end with it; after a failed commit they stay open for the next attempt. */
  readonly commit: <T>(
    service: ServiceName,
    batch: readonly { readonly span?: RecordSpan | undefined }[],
    commit: () => Promise<T>,
  ) => Promise<T>
  /** Appends events for a caller that sent a trace context, in a span that the records then name. */
  readonly send: (
    service: ServiceName,
    topic: string,
    events: readonly { readonly id: string }[],
    caller: TraceContext,
    append: (headers: TraceHeaders) => Promise<void>,
  ) => Promise<void>
  /** Exports the spans that are left. Takes at most as long as one export may (`span-export.ts`). Never rejects. */
  readonly close: () => Promise<void>
}

type TraceHeaders = { readonly traceparent: string }

const callerTrace = new AsyncLocalStorage<TraceContext>()

/** Handles an HTTP request in the trace that its `traceparent` header names; without a valid header, in none. */
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

/** Appends the events of a request. The records continue the caller's trace; without one, a trace begins where they are consumed. */
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
