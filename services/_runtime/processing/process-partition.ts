import { setTimeout as sleep } from 'node:timers/promises'
import type { Codec } from '../codec/codec.ts'
import { minBatchSize, nextBatchSize } from '../core/batch-size.ts'
import { Fault, faultAction } from '../core/faults.ts'
import type { EventLog, PartitionConsumer } from '../log/event-log.ts'
import type { ObjectStore } from '../objects/object-store.ts'
import { openPartitionState, type PartitionState } from '../state/partition-state.ts'
import type { OpenSnapshot } from '../state/snapshots.ts'
import type { State } from '../state/state.ts'
import type { Logger, Metrics } from '../telemetry/telemetry.ts'
import type { Tracing } from '../telemetry/tracing.ts'
import type { RunnableService } from './any-service.ts'
import { commitBatch } from './commit-batch.ts'
import { prepareBatch } from './prepare-batch.ts'

export type ProcessingContext = {
  readonly log: EventLog
  readonly codec: Codec
  readonly objects: ObjectStore
  readonly openSnapshot: OpenSnapshot | undefined
  readonly logger: Logger
  readonly metrics: Metrics
  readonly tracing?: Tracing | undefined
}

/**
 * One partition of one service, from assignment to revocation: what it remembers is restored before the first record and let
 * go of after the last. `onState` shows the state to the HTTP edge.
 */
export async function processPartition(
  service: RunnableService,
  consumer: PartitionConsumer,
  context: ProcessingContext,
  isStateful: boolean,
  onState: (state: State) => void,
): Promise<void> {
  const partitionState = await openPartitionState(
    context,
    service.name,
    isStateful,
    consumer.partition,
    consumer.signal,
  )
  try {
    onState(partitionState.state)
    await processBatches(service, consumer, context, partitionState)
  } finally {
    partitionState.close()
  }
}

/** Batch by batch: gather concurrently, decide in order, commit once. Gathering a batch overlaps committing the one before. */
async function processBatches(
  service: RunnableService,
  consumer: PartitionConsumer,
  context: ProcessingContext,
  partitionState: PartitionState,
): Promise<void> {
  const { name } = service
  let size = minBatchSize
  let failures = 0
  let pending = prepareBatch(service, consumer, context, size)
  while (!consumer.signal.aborted) {
    const { records, milliseconds } = await pending
    pending = prepareBatch(service, consumer, context, size)
    // Awaited in the next round; until then its failure must not count as unhandled.
    pending.catch(() => {})
    if (records.length === 0) continue
    const started = performance.now()
    try {
      await commitBatch(service, consumer, records, partitionState, context)
      failures = 0
    } catch (error) {
      if (consumer.signal.aborted || (error instanceof Fault && error.code === 'FLY_FENCED')) break
      if (faultAction(error) !== 'retry') throw error
      context.metrics.retries.inc({ service: name, code: error instanceof Fault ? error.code : 'unknown' })
      context.logger.warn(
        { service: name, partition: consumer.partition, error: String(error) },
        'commit failed, batch comes again',
      )
      // A full disk answers at once, for as long as it is full.
      await sleep(Math.min(5_000, 20 * 2 ** failures++), undefined, { signal: consumer.signal }).catch(() => {})
      // Twice: the first ends a poll that waits, the second drops what it may have taken meanwhile.
      await consumer.rewind()
      await pending.catch(() => {})
      await consumer.rewind()
      pending = prepareBatch(service, consumer, context, size)
      pending.catch(() => {})
    }
    const committing = performance.now() - started
    context.metrics.commitSeconds.observe({ service: name }, committing / 1000)
    size = nextBatchSize(size, records.length, milliseconds + committing)
  }
  await pending.catch(() => {})
}
