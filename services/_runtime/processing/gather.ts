import { setTimeout as sleep } from 'node:timers/promises'
import { Fault, verdict } from '../core/faults.ts'
import { originOf } from '../dead-letters/dead-letter.ts'
import { whole } from '../dead-letters/payload.ts'
import type { LogRecord, Task } from '../log/event-log.ts'
import type { AnyService } from '../service.ts'
import type { RecordSpan } from '../telemetry/tracing.ts'
import type { StepContext } from './step.ts'

/** How many records of a batch gather at a time. */
const gatherAtOnce = 16

/** A record on its way: gathered and ready to decide, refused for good, or without content. */
export type Prepared = { readonly record: LogRecord; readonly span?: RecordSpan | undefined } & (
  | {
      readonly fate: 'ready'
      readonly inbound: { topic: string; event: { id: string; at: number } }
      readonly facts: unknown
    }
  /** `apart`: the log has no room for the dead letter, whose content becomes an object. */
  | {
      readonly fate: 'refused'
      readonly fault: Fault
      readonly attempts: number
      readonly apart?: true
      readonly inputId?: string | undefined
    }
  | { readonly fate: 'empty' }
)

/** Records that were prepared together, and how long that took once they were there. */
export type Batch = { readonly records: readonly Prepared[]; readonly milliseconds: number }

/** The next records, at most so many, each with what `gather` saw beside it; none once the partition is taken away. */
export async function prepareBatch(
  service: AnyService,
  task: Task,
  context: StepContext,
  most: number,
): Promise<Batch> {
  const records = await task.poll(most)
  const started = performance.now()
  const prepared: Prepared[] = new Array(records.length)
  const prepareOne = (record: LogRecord) => prepare(service, record, context, task.signal)
  let taken = 0
  const worker = async (): Promise<void> => {
    for (let at = taken++; at < records.length; at = taken++) {
      const record = records[at]
      if (record) prepared[at] = await (context.tracing?.gather(service.name, record, prepareOne) ?? prepareOne(record))
    }
  }
  await Promise.all(Array.from({ length: Math.min(gatherAtOnce, records.length) }, worker))
  // Given up half-way: nothing of this batch is decided, the next owner sees all of it.
  return { records: task.signal.aborted ? [] : prepared, milliseconds: performance.now() - started }
}

async function prepare(
  service: AnyService,
  record: LogRecord,
  context: StepContext,
  signal: AbortSignal,
): Promise<Prepared> {
  const origin = originOf(service.name, record)
  const started = performance.now()
  let inbound: { topic: string; event: { id: string; at: number } } | undefined
  for (let attempt = 1; ; attempt++) {
    try {
      const { topic, value } = origin === record ? record : await whole(origin, context.objects)
      if (value === null) return { record, fate: 'empty' }
      const event = (await context.codec.decode(topic, value)) as { id: string; at: number }
      inbound = { topic, event }
      const facts = await service.gather?.(inbound as never, context.ports, signal)
      context.metrics.gatherSeconds.observe({ service: service.name }, (performance.now() - started) / 1000)
      return { record, fate: 'ready', inbound, facts }
    } catch (error) {
      if (signal.aborted) return { record, fate: 'empty' }
      if (error instanceof Fault && verdict(error) === 'dead-letter')
        return { record, fate: 'refused', fault: error, attempts: attempt, inputId: inbound?.event.id }
      if (verdict(error) === 'stop') throw error
      context.metrics.retries.inc({ service: service.name, code: error instanceof Fault ? error.code : 'unknown' })
      // An outage is waited out, never turned into dead letters; lag tells of it.
      await sleep(Math.min(30_000, 100 * 2 ** attempt), undefined, { signal }).catch(() => {})
    }
  }
}
