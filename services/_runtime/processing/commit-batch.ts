import { Fault, faultAction } from '../core/faults.ts'
import type { PartitionConsumer } from '../log/event-log.ts'
import { positionsAfter } from '../log/positions.ts'
import type { PartitionState } from '../state/partition-state.ts'
import type { Rule } from './any-service.ts'
import type { ProcessingContext } from './context.ts'
import { type DecideContext, decideBatch, type RefusedRecord } from './decide-batch.ts'
import type { PreparedRecord } from './prepared-record.ts'

/**
 * Decides a batch and commits outputs, state changes and positions in one transaction. When the log refuses the transaction
 * for a reason that a retry does not remove, such as a record that is too large, the batch is halved until the record that
 * causes it is alone; that record becomes a dead letter. `onCommitted` is called for each part that is committed. After any other
 * fault the state is as after the last commit, and the rest of the batch can be given again.
 */
export async function commitBatch(
  service: Rule,
  consumer: PartitionConsumer,
  batch: readonly PreparedRecord[],
  partitionState: PartitionState,
  context: DecideContext & Pick<ProcessingContext, 'tracing'>,
  onCommitted: (part: readonly PreparedRecord[]) => void,
): Promise<void> {
  let refused: readonly RefusedRecord[] = []
  try {
    const result = await decideBatch(service, batch, partitionState.state, context, consumer.signal)
    refused = result.refused
    const commit = () =>
      consumer.commit(
        [...result.outputs, ...partitionState.changelogRecords()],
        positionsAfter(batch.map(({ record }) => record)),
      )
    const ends = await (context.tracing?.commit(service.name, batch, commit) ?? commit())
    onCommitted(batch)
    await partitionState.markCommitted(ends)
    result.report()
  } catch (error) {
    partitionState.rollBack()
    if (!(error instanceof Fault) || faultAction(error) !== 'dead-letter') throw error
    for (const part of splitBatch(batch, refused, error))
      await commitBatch(service, consumer, part, partitionState, context, onCommitted)
  }
}

/**
 * The two halves of a batch. A single record is marked as refused instead. When it was refused before, its dead letter is too
 * large, so the content of the dead letter goes to the object store.
 */
function splitBatch(
  batch: readonly PreparedRecord[],
  refused: readonly RefusedRecord[],
  fault: Fault,
): readonly (readonly PreparedRecord[])[] {
  const half = Math.ceil(batch.length / 2)
  if (batch.length > 1) return [batch.slice(0, half), batch.slice(half)]
  const [only] = batch
  if (only === undefined || (only.status === 'refused' && only.storePayload)) throw fault
  const { record, span } = only
  const [earlier] = refused
  const refusal = earlier
    ? { fault: earlier.fault, attempts: earlier.attempts, storePayload: true }
    : { fault, attempts: 1 }
  return [[{ record, span, status: 'refused', ...refusal }]]
}
