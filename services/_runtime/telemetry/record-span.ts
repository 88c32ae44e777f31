import { type Span, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api'
import { consumerGroup } from '#topology/derive/names.ts'
import type { ServiceName } from '#topology/types.ts'
import { Fault, faultAction, faults } from '../core/faults.ts'
import type { LogRecord } from '../log/event-log.ts'
import type { StartSpan } from './span-export.ts'
import { readTraceparent, rootTraceContext, spanIdOf, writeTraceparent } from './traceparent.ts'
import type { RecordSpan } from './tracing.ts'

/**
 * Begins the span of a record whose gathering began at `began` and ends now; times are in milliseconds since 1970. It is
 * exported when it is committed, with `gather` and `decide` in it: the rest of its time the record waited for its batch and
 * for the commit.
 */
export function startRecordSpan(
  start: StartSpan,
  system: string,
  service: ServiceName,
  record: LogRecord,
  inputId: string | undefined,
  began: number,
  now: () => number,
): RecordSpan {
  const { topic, partition, offset, headers } = record
  const parent = readTraceparent(headers['traceparent'])
  const before = parent ?? rootTraceContext(inputId ?? `${topic}/${partition}@${offset}`)
  // By where the record lies: the same event sent twice or re-driven is two spans.
  const here = { ...before, spanId: spanIdOf(service, topic, partition, offset), sampled: true }
  const span = start(service, `process ${topic}`, here, parent, {
    kind: SpanKind.CONSUMER,
    startTime: began,
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
    const traceparent = writeTraceparent({ ...before, sampled: false })
    return { traceparent, decideStarted: ignore, decideEnded: ignore, end: ignore }
  }

  const gathered = now()
  let deciding: number | undefined
  let decided = gathered
  let refusal: unknown
  const child = (name: string, from: number, to: number): void =>
    start(service, name, { ...here, spanId: spanIdOf(here.spanId, name) }, here, { startTime: from }).end(to)
  const end = (): void => {
    child('gather', began, gathered)
    if (deciding !== undefined) child('decide', deciding, decided)
    span.setAttribute('flywheel.outcome', outcomeOf(refusal))
    if (refusal !== undefined) markFailed(span, refusal)
    span.end(now())
  }
  return {
    traceparent: writeTraceparent(here),
    context: span.spanContext(),
    decideStarted: () => {
      deciding = now()
    },
    decideEnded: error => {
      decided = now()
      refusal = error
      if (error !== undefined && faultAction(error) === 'stop') end()
    },
    end: end,
  }
}

const ignore = (): void => {}

function outcomeOf(refusal: unknown): 'decided' | 'dead-lettered' | 'stopped' {
  if (refusal === undefined) return 'decided'
  return faultAction(refusal) === 'dead-letter' ? 'dead-lettered' : 'stopped'
}

export const isSampled = (span: Span): boolean => (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0

/** By code, in the words of the table of faults: the message of an error may quote what was read. */
export function markFailed(span: Span, error: unknown): void {
  const code = error instanceof Fault ? error.code : 'FLY_BUG'
  span.setAttribute('error.type', code)
  span.setStatus({ code: SpanStatusCode.ERROR, message: faults[code].means })
}
