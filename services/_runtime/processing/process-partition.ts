import { pause } from '../core/abort.ts'
import { backoffMs } from '../core/backoff.ts'
import { minBatchSize, nextBatchSize } from '../core/batch-size.ts'
import { faultAction, faultCode } from '../core/faults.ts'
import type { PartitionConsumer } from '../log/event-log.ts'
import { openPartitionState, type PartitionState } from '../state/partition-state.ts'
import { firstShape } from '../state/state-shape.ts'
import type { RunnableService } from './any-service.ts'
import { commitBatch } from './commit-batch.ts'
import type { ProcessingContext } from './context.ts'
import { prepareBatch } from './prepare-batch.ts'

const commitBackoff = { firstMs: 20, maxMs: 5_000 } as const

/**
 * Processes one partition of one service, from assignment to revocation. The state is restored before the first record and
 * closed after the last. `onState` passes it to the service's HTTP API and to its metrics.
 */
export async function processPartition(
  service: RunnableService,
  consumer: PartitionConsumer,
  context: ProcessingContext,
  isStateful: boolean,
  onState: (state: PartitionState) => void,
): Promise<void> {
  const { name, stateShape = firstShape } = service
  const shape = isStateful ? stateShape : undefined
  const { partition } = consumer
  const { logger, metrics } = context
  const partitionState = await openPartitionState(context, name, shape, consumer, {
    onLeft: left => metrics.restoreRemaining.set({ service: name, partition }, left),
    onRetry: fault => {
      metrics.retries.inc({ service: name, code: fault.code })
      logger.warn({ service: name, partition, error: fault.message }, 'state cannot be restored, trying again')
    },
  }).finally(() => metrics.restoreRemaining.remove({ service: name, partition }))
  try {
    onState(partitionState)
    await processBatches(service, consumer, context, partitionState)
  } finally {
    partitionState.close()
  }
}

/**
 * For each batch: gathers concurrently, decides in order, commits once. The next batch is gathered while one is decided and
 * committed. After a failed commit both are dropped and polled again.
 */
async function processBatches(
  service: RunnableService,
  consumer: PartitionConsumer,
  context: ProcessingContext,
  partitionState: PartitionState,
): Promise<void> {
  const { name } = service
  const { signal } = consumer
  let size = minBatchSize
  let failures = 0
  let pending = prepareBatch(service, consumer, context, size)
  while (!signal.aborted) {
    const { records, milliseconds } = await pending
    pending = prepareBatch(service, consumer, context, size)
    // Awaited in the next iteration: until then a rejection must not count as unhandled.
    pending.catch(() => {})
    for (const gap of consumer.takeGaps())
      context.logger.error({ service: name, ...gap }, 'records were deleted before they were consumed, and are skipped')
    if (records.length === 0) continue
    const started = performance.now()
    try {
      await commitBatch(service, consumer, records, partitionState, context)
      failures = 0
    } catch (error) {
      const action = faultAction(error)
      if (signal.aborted || action === 'leave') break
      if (action !== 'retry') throw error
      const { partition } = consumer
      context.metrics.retries.inc({ service: name, code: faultCode(error) })
      context.logger.warn({ service: name, partition, error: String(error) }, 'commit failed, retrying the batch')
      // Some failures are immediate and last, such as a full disk: without a delay the loop would use a whole core.
      await pause(backoffMs(failures++, commitBackoff), signal)
      // The first rewind ends a waiting poll; the second returns the records that this poll may have taken.
      await consumer.rewind()
      await pending.catch(() => {})
      await consumer.rewind()
      pending = prepareBatch(service, consumer, context, size)
      pending.catch(() => {})
    }
    const commitMilliseconds = performance.now() - started
    context.metrics.commitSeconds.observe({ service: name }, commitMilliseconds / 1000)
    size = nextBatchSize(size, records.length, milliseconds + commitMilliseconds)
  }
  await pending.catch(() => {})
}
