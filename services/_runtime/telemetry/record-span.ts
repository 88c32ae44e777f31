import { type Span, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api'
import { consumerGroup } from '#topology/derive/names.ts'
import type { ServiceName } from '#topology/types.ts'
import { faultAction, faultCode, faults } from '../core/faults.ts'
import type { LogRecord } from '../log/event-log.ts'
import type { StartSpan } from './span-export.ts'
import { readTraceparent, rootTraceContext, spanIdOf, writeTraceparent } from './traceparent.ts'
import type { RecordSpan } from './tracing.ts'

/**
 * Starts the span of a record whose `gather` started at `startedAt` and ends now; times are in milliseconds since 1970. The span is
 * exported when it ends, with the child spans `gather` and `decide`. During the remaining time the record waited for its batch and
 * for the commit.
 */
export function startRecordSpan(
  start: StartSpan,
  system: string,
  service: ServiceName,
  record: LogRecord,
  inputId: string | undefined,
  startedAt: number,
  now: () => number,
): RecordSpan {
  const { topic, partition, offset, headers } = record
  const parent = readTraceparent(headers['traceparent'])
  const trace = parent ?? rootTraceContext(inputId ?? `${topic}/${partition}@${offset}`)
  // The id derives from the record's position, so an event that was sent twice or re-driven has two spans.
  const own = { ...trace, spanId: spanIdOf(service, topic, partition, offset), sampled: true }
  const span = start(service, `process ${topic}`, own, parent, {
    kind: SpanKind.CONSUMER,
    startTime: startedAt,
    attributes: {
      'messaging.system': system,
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': topic,
      'messaging.destination.partition.id': String(partition),
      'messaging.kafka.offset': offset,
      'messaging.consumer.group.name': consumerGroup(service),
      ...(inputId !== undefined && { 'messaging.message.id': inputId }),
    },
  })
  if (!isSampled(span)) {
    const traceparent = writeTraceparent({ ...trace, sampled: false })
    return { traceparent, decideStarted: ignore, decideEnded: ignore, end: ignore }
  }

  const gatheredAt = now()
  let decideStartedAt: number | undefined
  let decidedAt = gatheredAt
  let refusal: unknown
  const child = (name: string, from: number, to: number): void =>
    start(service, name, { ...own, spanId: spanIdOf(own.spanId, name) }, own, { startTime: from }).end(to)
  const end = (): void => {
    child('gather', startedAt, gatheredAt)
    if (decideStartedAt !== undefined) child('decide', decideStartedAt, decidedAt)
    span.setAttribute('flywheel.outcome', outcomeOf(refusal))
    if (refusal !== undefined) markFailed(span, refusal)
    span.end(now())
  }
  return {
    traceparent: writeTraceparent(own),
    context: span.spanContext(),
    decideStarted: () => {
      decideStartedAt = now()
    },
    decideEnded: error => {
      decidedAt = now()
      refusal = error
      if (error !== undefined && faultAction(error) === 'stop') end()
    },
    end,
  }
}

const ignore = (): void => {}

function outcomeOf(refusal: unknown): 'decided' | 'dead-lettered' | 'stopped' {
  if (refusal === undefined) return 'decided'
  return faultAction(refusal) === 'dead-letter' ? 'dead-lettered' : 'stopped'
}

export const isSampled = (span: Span): boolean => (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0

/** Marks a span as failed, with code and meaning from the table of faults. The error's message is left out: it may quote chat text. */
export function markFailed(span: Span, error: unknown): void {
  const code = faultCode(error)
  span.setAttribute('error.type', code)
  span.setStatus({ code: SpanStatusCode.ERROR, message: faults[code].means })
}
