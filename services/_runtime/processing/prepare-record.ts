import { gatherLimitSeconds } from '#topology/derive/definitions.ts'
import { pause } from '../core/abort.ts'
import { backoffMs } from '../core/backoff.ts'
import { Fault, faultAction, faultCode } from '../core/faults.ts'
import { TimeLimit } from '../core/time-limit.ts'
import { originalRecord } from '../dead-letters/dead-letter.ts'
import { loadPayload } from '../dead-letters/payload.ts'
import type { LogRecord } from '../log/event-log.ts'
import type { AnyInbound, RunnableService } from './any-service.ts'
import type { ProcessingContext } from './context.ts'
import type { PreparedRecord } from './prepared-record.ts'

const gatherBackoff = { firstMs: 200, maxMs: 30_000 } as const
/** A record whose `gather` takes too long this often becomes a dead letter: it would hold up its key for ever. */
const maxTimeouts = 3

export type PrepareContext = Pick<ProcessingContext, 'codec' | 'objects' | 'metrics' | 'tracing'>

/** The time limit of a service's `gather`: FLY_TIMEOUT. */
export function gatherLimit({ name }: Pick<RunnableService, 'name'>, signal: AbortSignal): TimeLimit {
  const seconds = gatherLimitSeconds(name)
  const timeout = (): Fault =>
    new Fault('FLY_TIMEOUT', `gathering facts took ${name} more than ${seconds} s`, { service: name, seconds })
  return new TimeLimit(seconds * 1000, signal, timeout)
}

/**
 * Decodes the event of a record and gathers its facts, until that succeeds or the record is refused. Faults of an outage are retried
 * without limit, never dead-lettered. A record is empty when the signal is aborted meanwhile.
 */
export async function prepareRecord(
  service: RunnableService,
  record: LogRecord,
  context: PrepareContext,
  limit: TimeLimit,
  signal: AbortSignal,
): Promise<PreparedRecord> {
  if (context.tracing === undefined) return prepare(service, record, context, limit, signal)
  const span = context.tracing.gatherStarted(service.name, record)
  const prepared = await prepare(service, record, context, limit, signal).catch(error => {
    span.failed(error)
    throw error
  })
  if (prepared.status === 'empty') return prepared
  const inputId = prepared.status === 'ready' ? prepared.inbound.event.id : prepared.inputId
  return { ...prepared, span: span.gathered(inputId) }
}

async function prepare(
  service: RunnableService,
  record: LogRecord,
  { codec, metrics, objects }: PrepareContext,
  limit: TimeLimit,
  signal: AbortSignal,
): Promise<PreparedRecord> {
  const { name, gather } = service
  const origin = originalRecord(name, record)
  const started = performance.now()
  let inbound: AnyInbound | undefined
  let timeouts = 0
  for (let failures = 0; ; failures++) {
    try {
      const { topic, value } = origin === record ? record : await loadPayload(origin, objects)
      if (value === null) return { record, status: 'empty' }
      const decoded: AnyInbound = { topic, event: (await codec.decode(topic, value)) as AnyInbound['event'] }
      inbound = decoded
      const facts = gather && (await limit.run(until => gather(decoded, until)))
      metrics.gatherSeconds.observe({ service: name }, (performance.now() - started) / 1000)
      return { record, status: 'ready', inbound, facts }
    } catch (error) {
      if (signal.aborted) return { record, status: 'empty' }
      const mayRetry = faultCode(error) === 'FLY_TIMEOUT' ? ++timeouts < maxTimeouts : faultAction(error) === 'retry'
      if (!mayRetry) {
        if (!(error instanceof Fault) || faultAction(error) !== 'dead-letter') throw error
        return { record, status: 'refused', fault: error, attempts: failures + 1, inputId: inbound?.event.id }
      }
      metrics.retries.inc({ service: name, code: faultCode(error) })
      await pause(backoffMs(failures, gatherBackoff), signal)
    }
  }
}
