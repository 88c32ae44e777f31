import { type Span, SpanKind } from '@opentelemetry/api'
import type { Logger } from 'pino'
import { consumerGroup } from '#topology/derive/names.ts'
import { systemClock } from '../core/clock.ts'
import { digest } from '../core/identity.ts'
import { isSampled, markFailed, startRecordSpan } from './record-span.ts'
import { createSpanExport } from './span-export.ts'
import { spanIdOf, writeTraceparent } from './traceparent.ts'
import type { Tracing } from './tracing.ts'

/**
 * Creates spans that follow the semantic conventions for messaging (https://opentelemetry.io/docs/specs/semconv/messaging/):
 * `process TOPIC` for a record, `commit` for a batch, `send TOPIC` for the events of a request.
 */
export function createTracing(system: string, logger: Logger): Tracing {
  const { start, close } = createSpanExport(logger)
  let commits = 0

  return {
    gatherStarted(service, record) {
      const now = stopwatch()
      const startedAt = now()
      const gathered = (inputId: string | undefined) =>
        startRecordSpan(start, system, service, record, inputId, startedAt, now)
      return { gathered, failed: error => gathered(undefined).decideEnded(error) }
    },

    async commit(service, batch, commit) {
      const links = batch.flatMap(({ span }) => (span?.context ? [{ context: span.context }] : []))
      if (links.length === 0) return commit()
      // After a failure the same records are committed again: the counter gives each attempt its own id.
      const own = spanIdOf('commit', ...links.map(({ context }) => context.spanId), commits++)
      const span = start(service, 'commit', { traceId: digest(own).slice(0, 32), spanId: own }, undefined, {
        kind: SpanKind.CLIENT,
        links,
        attributes: {
          'messaging.system': system,
          'messaging.operation.name': 'commit',
          'messaging.operation.type': 'settle',
          'messaging.batch.message_count': batch.length,
          'messaging.consumer.group.name': consumerGroup(service),
        },
      })
      const committed = await withSpan(span, commit)
      for (const record of batch) record.span?.end()
      return committed
    },

    send(service, topic, events, caller, append) {
      const ids = { traceId: caller.traceId, spanId: spanIdOf(service, topic, ...events.map(({ id }) => id)) }
      const span = start(service, `send ${topic}`, ids, caller, {
        kind: SpanKind.PRODUCER,
        attributes: {
          'messaging.system': system,
          'messaging.operation.name': 'send',
          'messaging.operation.type': 'send',
          'messaging.destination.name': topic,
          'messaging.batch.message_count': events.length,
        },
      })
      return withSpan(span, () => append({ traceparent: writeTraceparent({ ...ids, sampled: isSampled(span) }) }))
    },

    close,
  }
}

/** A monotonic clock in ms since 1970, with fractions: the spans of one record are short and nested. */
function stopwatch(): () => number {
  const start = systemClock.now() - performance.now()
  return () => start + performance.now()
}

async function withSpan<T>(span: Span, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    markFailed(span, error)
    throw error
  } finally {
    span.end()
  }
}
