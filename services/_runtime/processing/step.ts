import { setTimeout as sleep } from 'node:timers/promises'
import type { Codec } from '../codec/codec.ts'
import { nextBatch, smallestBatch } from '../core/batch-size.ts'
import { Fault, verdict } from '../core/faults.ts'
import type { EventLog, Task } from '../log/event-log.ts'
import type { ObjectStore } from '../objects/object-store.ts'
import type { AnyService, Ports } from '../service.ts'
import type { Copies } from '../state/copies.ts'
import { type Memory, openMemory } from '../state/partition-state.ts'
import type { State } from '../state/state.ts'
import type { Logger, Metrics } from '../telemetry/telemetry.ts'
import type { Tracing } from '../telemetry/tracing.ts'
import { commitBatch } from './commit-batch.ts'
import { prepareBatch } from './gather.ts'

export type StepContext = {
  readonly log: EventLog
  readonly codec: Codec
  readonly ports: Ports
  readonly objects: ObjectStore
  readonly copies: Copies | undefined
  readonly logger: Logger
  readonly metrics: Metrics
  readonly tracing?: Tracing | undefined
}

/**
 * One partition of one service, from assignment to revocation: what it remembers is restored before the first record and let
 * go of after the last. `onState` shows the state to the HTTP edge.
 */
export async function work(
  service: AnyService,
  task: Task,
  context: StepContext,
  remembers: boolean,
  onState: (state: State) => void,
): Promise<void> {
  const memory = await openMemory(context, service.name, remembers, task.partition, task.signal)
  try {
    onState(memory.state)
    await workOn(service, task, context, memory)
  } finally {
    memory.close()
  }
}

/** Batch by batch: gather concurrently, decide in order, commit once. Gathering a batch overlaps committing the one before. */
async function workOn(service: AnyService, task: Task, context: StepContext, memory: Memory): Promise<void> {
  const { name } = service
  let size = smallestBatch
  let failures = 0
  let next = prepareBatch(service, task, context, size)
  while (!task.signal.aborted) {
    const { records, milliseconds } = await next
    next = prepareBatch(service, task, context, size)
    // Awaited in the next round; until then its failure must not count as unhandled.
    next.catch(() => {})
    if (records.length === 0) continue
    const started = performance.now()
    try {
      await commitBatch(service, task, records, memory, context)
      failures = 0
    } catch (error) {
      if (task.signal.aborted || (error instanceof Fault && error.code === 'FLY_FENCED')) break
      if (verdict(error) !== 'retry') throw error
      context.metrics.retries.inc({ service: name, code: error instanceof Fault ? error.code : 'unknown' })
      context.logger.warn(
        { service: name, partition: task.partition, error: String(error) },
        'commit failed, batch comes again',
      )
      // A full disk answers at once, for as long as it is full.
      await sleep(Math.min(5_000, 20 * 2 ** failures++), undefined, { signal: task.signal }).catch(() => {})
      // Twice: the first ends a poll that waits, the second drops what it may have taken meanwhile.
      await task.rewind()
      await next.catch(() => {})
      await task.rewind()
      next = prepareBatch(service, task, context, size)
      next.catch(() => {})
    }
    const committing = performance.now() - started
    context.metrics.commitSeconds.observe({ service: name }, committing / 1000)
    size = nextBatch(size, records.length, milliseconds + committing)
  }
  await next.catch(() => {})
}
