import { pause } from '../core/abort.ts'
import { backoffMs } from '../core/backoff.ts'
import { minBatchSize, nextBatchSize } from '../core/batch-size.ts'
import { type Fault, faultAction, faultCode } from '../core/faults.ts'
import { retryWhileAway } from '../core/retry-while-away.ts'
import type { PartitionConsumer } from '../log/event-log.ts'
import { openPartitionState, type PartitionState } from '../state/partition-state.ts'
import { firstShape } from '../state/state-shape.ts'
import type { RunnableService } from './any-service.ts'
import { commitBatch } from './commit-batch.ts'
import type { ProcessingContext } from './context.ts'
import { ensurePositions, passGaps } from './lost-positions.ts'
import { RecordWindow } from './record-window.ts'

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
  const onRetry = (fault: Fault): void => {
    metrics.retries.inc({ service: name, code: fault.code })
    logger.warn({ service: name, partition, error: fault.message }, 'partition cannot be opened, trying again')
  }
  await retryWhileAway(() => ensurePositions(name, consumer, context), onRetry, consumer.signal)
  const partitionState = await openPartitionState(context, name, shape, consumer, {
    onProgress: (records, left) => {
      metrics.restoredRecords.inc({ service: name }, records)
      metrics.restoreRemaining.set({ service: name, partition }, left)
    },
    onRetry,
  }).finally(() => metrics.restoreRemaining.remove({ service: name, partition }))
  try {
    onState(partitionState)
    await processBatches(service, consumer, context, partitionState)
  } finally {
    partitionState.close()
  }
}

/**
 * For each batch: decides in order, commits once. The next records are gathered meanwhile. After a failed commit the batch is decided
 * and committed again: its facts are kept. Deleted records are passed once all records before them are committed.
 */
async function processBatches(
  service: RunnableService,
  consumer: PartitionConsumer,
  context: ProcessingContext,
  partitionState: PartitionState,
): Promise<void> {
  const { name } = service
  const { partition, signal } = consumer
  let size = minBatchSize
  let failures = 0
  const window = new RecordWindow(service, consumer, context, size)
  try {
    while (!signal.aborted) {
      const batch = await window.next(size)
      const { gaps } = window
      if (batch.length === 0 && gaps.length === 0) continue
      const started = performance.now()
      try {
        if (gaps.length > 0) {
          await passGaps(name, consumer, gaps, context)
          window.removeGaps()
        } else await commitBatch(service, consumer, batch, partitionState, context, part => window.remove(part))
        failures = 0
      } catch (error) {
        const action = faultAction(error)
        if (signal.aborted || action === 'leave') return
        if (action !== 'retry') throw error
        context.metrics.retries.inc({ service: name, code: faultCode(error) })
        context.logger.warn({ service: name, partition, error: String(error) }, 'commit failed, trying again')
        // Some failures are immediate and last, such as a full disk: without a delay the loop would use a whole core.
        await pause(backoffMs(failures++, commitBackoff), signal)
      }
      const milliseconds = performance.now() - started
      context.metrics.commitSeconds.observe({ service: name }, milliseconds / 1000)
      size = nextBatchSize(size, batch.length, milliseconds)
    }
  } finally {
    await window.close()
  }
}
