import { Fault, verdict } from '../core/faults.ts'
import type { Position, Task } from '../log/event-log.ts'
import type { AnyService } from '../service.ts'
import type { Memory } from '../state/partition-state.ts'
import { decideBatch, type Refusal } from './decide-batch.ts'
import type { Prepared } from './gather.ts'
import type { StepContext } from './step.ts'

/**
 * Decides a batch and commits what it leads to at once. Where the log refuses that for good, as it does what is too large,
 * one record is to blame: the batch is halved, down to that record alone, which becomes a dead letter. So its neighbours'
 * effects stand, and nothing is tried for ever. After any other fault state is as it was after the last commit.
 */
export async function commitBatch(
  service: AnyService,
  task: Task,
  batch: readonly Prepared[],
  memory: Memory,
  context: StepContext,
): Promise<void> {
  let refused: readonly Refusal[] = []
  try {
    const outcome = await decideBatch(service, batch, memory.state, context)
    refused = outcome.refused
    const commit = () => task.commit([...outcome.outputs, ...memory.changelog()], positionsAfter(batch))
    const ends = await (context.tracing?.commit(service.name, batch, commit) ?? commit())
    memory.settle(ends)
    outcome.tell()
  } catch (error) {
    memory.rollBack()
    if (!(error instanceof Fault) || verdict(error) !== 'dead-letter') throw error
    for (const part of smaller(batch, refused, error)) await commitBatch(service, task, part, memory, context)
  }
}

/** The halves of a batch; of a single record, that record refused, or where its dead letter was too much, with the content apart. */
function smaller(
  batch: readonly Prepared[],
  refused: readonly Refusal[],
  fault: Fault,
): readonly (readonly Prepared[])[] {
  const half = Math.ceil(batch.length / 2)
  if (batch.length > 1) return [batch.slice(0, half), batch.slice(half)]
  const [alone] = batch
  if (alone === undefined || (alone.fate === 'refused' && alone.apart)) throw fault
  const [letter] = refused
  return [[{ ...alone, attempts: 1, fault, ...letter, fate: 'refused', ...(letter && { apart: true }) }]]
}

function positionsAfter(batch: readonly Prepared[]): Position[] {
  const newest = new Map<string, Position>()
  for (const {
    record: { topic, partition, offset },
  } of batch)
    newest.set(topic, { topic, partition, offset: offset + 1 })
  return [...newest.values()]
}
