import { pause } from '../core/abort.ts'
import { backoffMs } from '../core/backoff.ts'
import { Fault, faultAction, faultCode } from '../core/faults.ts'
import { originalRecord } from '../dead-letters/dead-letter.ts'
import { loadPayload } from '../dead-letters/payload.ts'
import type { LogRecord, PartitionConsumer } from '../log/event-log.ts'
import type { AnyInbound, RunnableService } from './any-service.ts'
import type { ProcessingContext } from './context.ts'
import type { PreparedRecord } from './prepared-record.ts'

/** How many records of a batch are gathered at the same time. */
const gatherConcurrency = 16
const gatherBackoff = { firstMs: 200, maxMs: 30_000 } as const

type PrepareContext = Pick<ProcessingContext, 'codec' | 'objects' | 'metrics' | 'tracing'>

/** Records that were prepared together, and the time from the end of the poll to the last of them. */
export type PreparedBatch = { readonly records: readonly PreparedRecord[]; readonly milliseconds: number }

/** Polls at most `maxRecords` records and gathers the facts of each. No records once the partition is revoked. */
export async function prepareBatch(
  service: RunnableService,
  consumer: PartitionConsumer,
  context: PrepareContext,
  maxRecords: number,
): Promise<PreparedBatch> {
  const records = await consumer.poll(maxRecords)
  const started = performance.now()
  const prepared: PreparedRecord[] = new Array(records.length)
  const queue = records.entries()
  const prepare = context.tracing === undefined ? prepareRecord : prepareInSpan
  const worker = async (): Promise<void> => {
    for (const [index, record] of queue) prepared[index] = await prepare(service, record, context, consumer.signal)
  }
  await Promise.all(Array.from({ length: Math.min(gatherConcurrency, records.length) }, worker))
  // After a revocation the batch is dropped: the next owner of the partition polls the same records.
  return { records: consumer.signal.aborted ? [] : prepared, milliseconds: performance.now() - started }
}

async function prepareInSpan(
  service: RunnableService,
  record: LogRecord,
  context: PrepareContext,
  signal: AbortSignal,
): Promise<PreparedRecord> {
  const span = context.tracing?.gatherStarted(service.name, record)
  const prepared = await prepareRecord(service, record, context, signal).catch(error => {
    span?.failed(error)
    throw error
  })
  if (prepared.status === 'empty') return prepared
  const inputId = prepared.status === 'ready' ? prepared.inbound.event.id : prepared.inputId
  return { ...prepared, span: span?.gathered(inputId) }
}

/** Gathers until it succeeds or the record is refused. Faults of an outage are retried without limit, never dead-lettered. */
async function prepareRecord(
  service: RunnableService,
  record: LogRecord,
  { codec, metrics, objects }: PrepareContext,
  signal: AbortSignal,
): Promise<PreparedRecord> {
  const { name } = service
  const origin = originalRecord(name, record)
  const started = performance.now()
  let inbound: AnyInbound | undefined
  for (let failures = 0; ; failures++) {
    try {
      const { topic, value } = origin === record ? record : await loadPayload(origin, objects)
      if (value === null) return { record, status: 'empty' }
      inbound = { topic, event: (await codec.decode(topic, value)) as AnyInbound['event'] }
      const facts = await service.gather?.(inbound, signal)
      metrics.gatherSeconds.observe({ service: name }, (performance.now() - started) / 1000)
      return { record, status: 'ready', inbound, facts }
    } catch (error) {
      if (signal.aborted) return { record, status: 'empty' }
      if (error instanceof Fault && faultAction(error) === 'dead-letter')
        return { record, status: 'refused', fault: error, attempts: failures + 1, inputId: inbound?.event.id }
      if (faultAction(error) !== 'retry') throw error
      metrics.retries.inc({ service: name, code: faultCode(error) })
      await pause(backoffMs(failures, gatherBackoff), signal)
    }
  }
}
