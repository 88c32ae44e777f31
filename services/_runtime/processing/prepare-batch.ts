import { setTimeout as sleep } from 'node:timers/promises'
import { Fault, faultAction } from '../core/faults.ts'
import { originalRecord } from '../dead-letters/dead-letter.ts'
import { loadPayload } from '../dead-letters/payload.ts'
import type { LogRecord, PartitionConsumer } from '../log/event-log.ts'
import type { RecordSpan } from '../telemetry/tracing.ts'
import type { AnyInbound, RunnableService } from './any-service.ts'
import type { ProcessingContext } from './process-partition.ts'

/** How many records of a batch gather at a time. */
const gatherConcurrency = 16

/** A record on its way: gathered and ready to decide, refused for good, or without content. */
export type PreparedRecord = { readonly record: LogRecord; readonly span?: RecordSpan | undefined } & (
  | {
      readonly status: 'ready'
      readonly inbound: AnyInbound
      readonly facts: unknown
    }
  /** `apart`: the log has no room for the dead letter, whose content becomes an object. */
  | {
      readonly status: 'refused'
      readonly fault: Fault
      readonly attempts: number
      readonly storePayload?: true
      readonly inputId?: string | undefined
    }
  | { readonly status: 'empty' }
)

/** Records that were prepared together, and how long that took once they were there. */
export type PreparedBatch = { readonly records: readonly PreparedRecord[]; readonly milliseconds: number }

/** The next records, at most so many, each with what `gather` saw beside it; none once the partition is taken away. */
export async function prepareBatch(
  service: RunnableService,
  consumer: PartitionConsumer,
  context: ProcessingContext,
  maxRecords: number,
): Promise<PreparedBatch> {
  const records = await consumer.poll(maxRecords)
  const started = performance.now()
  const prepared: PreparedRecord[] = new Array(records.length)
  const prepareOne = (record: LogRecord) => prepareRecord(service, record, context, consumer.signal)
  let taken = 0
  const worker = async (): Promise<void> => {
    for (let at = taken++; at < records.length; at = taken++) {
      const record = records[at]
      if (record) prepared[at] = await (context.tracing?.gather(service.name, record, prepareOne) ?? prepareOne(record))
    }
  }
  await Promise.all(Array.from({ length: Math.min(gatherConcurrency, records.length) }, worker))
  // Given up half-way: nothing of this batch is decided, the next owner sees all of it.
  return { records: consumer.signal.aborted ? [] : prepared, milliseconds: performance.now() - started }
}

async function prepareRecord(
  service: RunnableService,
  record: LogRecord,
  context: ProcessingContext,
  signal: AbortSignal,
): Promise<PreparedRecord> {
  const origin = originalRecord(service.name, record)
  const started = performance.now()
  let inbound: AnyInbound | undefined
  for (let attempt = 1; ; attempt++) {
    try {
      const { topic, value } = origin === record ? record : await loadPayload(origin, context.objects)
      if (value === null) return { record, status: 'empty' }
      const event = (await context.codec.decode(topic, value)) as AnyInbound['event']
      inbound = { topic, event }
      const facts = await service.gather?.(inbound, signal)
      context.metrics.gatherSeconds.observe({ service: service.name }, (performance.now() - started) / 1000)
      return { record, status: 'ready', inbound, facts }
    } catch (error) {
      if (signal.aborted) return { record, status: 'empty' }
      if (error instanceof Fault && faultAction(error) === 'dead-letter')
        return { record, status: 'refused', fault: error, attempts: attempt, inputId: inbound?.event.id }
      if (faultAction(error) === 'stop') throw error
      context.metrics.retries.inc({ service: service.name, code: error instanceof Fault ? error.code : 'unknown' })
      // An outage is waited out, never turned into dead letters; lag tells of it.
      await sleep(Math.min(30_000, 100 * 2 ** attempt), undefined, { signal }).catch(() => {})
    }
  }
}
