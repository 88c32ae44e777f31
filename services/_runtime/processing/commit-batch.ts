import { Fault, faultAction } from '../core/faults.ts'
import type { PartitionConsumer } from '../log/event-log.ts'
import { positionsAfter } from '../log/positions.ts'
import type { PartitionState } from '../state/partition-state.ts'
import type { Rule } from './any-service.ts'
import { decideBatch, type RefusedRecord } from './decide-batch.ts'
import type { PreparedRecord } from './prepare-batch.ts'
import type { ProcessingContext } from './process-partition.ts'

/**
 * Decides a batch and commits what it leads to at once. Where the log refuses that for good, as it does what is too large,
 * one record is to blame: the batch is halved, down to that record alone, which becomes a dead letter. So its neighbours'
 * effects stand, and nothing is tried for ever. After any other fault state is as it was after the last commit.
 */
export async function commitBatch(
  service: Rule,
  consumer: PartitionConsumer,
  batch: readonly PreparedRecord[],
  partitionState: PartitionState,
  context: ProcessingContext,
): Promise<void> {
  let refused: readonly RefusedRecord[] = []
  try {
    const outcome = await decideBatch(service, batch, partitionState.state, context)
    refused = outcome.refused
    const consumed = positionsAfter(batch.map(({ record }) => record))
    const commit = () => consumer.commit([...outcome.outputs, ...partitionState.changelogRecords()], consumed)
    const ends = await (context.tracing?.commit(service.name, batch, commit) ?? commit())
    partitionState.markCommitted(ends)
    outcome.report()
  } catch (error) {
    partitionState.rollBack()
    if (!(error instanceof Fault) || faultAction(error) !== 'dead-letter') throw error
    for (const part of splitBatch(batch, refused, error))
      await commitBatch(service, consumer, part, partitionState, context)
  }
}

/** The halves of a batch; of a single record, that record refused, or where its dead letter was too much, with the content apart. */
function splitBatch(
  batch: readonly PreparedRecord[],
  refused: readonly RefusedRecord[],
  fault: Fault,
): readonly (readonly PreparedRecord[])[] {
  const half = Math.ceil(batch.length / 2)
  if (batch.length > 1) return [batch.slice(0, half), batch.slice(half)]
  const [alone] = batch
  if (alone === undefined || (alone.status === 'refused' && alone.storePayload)) throw fault
  const [letter] = refused
  return [[{ ...alone, attempts: 1, fault, ...letter, status: 'refused', ...(letter && { storePayload: true }) }]]
}
