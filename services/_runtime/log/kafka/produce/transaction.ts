import { randomUUID } from 'node:crypto'
import { delayAbort, pause } from '../../../core/abort.ts'
import { Fault } from '../../../core/faults.ts'
import type { Position } from '../../event-log.ts'
import { type ClusterQuery, entryOf } from '../admin/cluster-query.ts'
import type { KafkaSettings } from '../connection/client.ts'
import { isTransient, toFault } from '../faults.ts'
import { rejectOnAbort, rejectOnTimeout, retryWithBackoff } from '../retry.ts'
import type { PartitionBatch } from './partition-batch.ts'
import { endsOf, sendBatches, startSending } from './send.ts'
import { createTransactionalProducer, type TransactionalProducer } from './transactional-producer.ts'

/** The broker aborts the open transaction of a dead process after this. Nothing slow happens within a transaction. */
const transactionTimeoutMs = 60_000
/** A commit is given up after this; then it is found out whether it happened. */
const commitTimeoutMs = 20_000
/** A commit that has started may take this much longer when the partition is revoked. Then the next owner finds its outcome. */
const commitGraceMs = 3_000
/** After a coordinator has died, the next one may show the last commit only after a moment. */
const coordinatorDelayMs = 1_000

export type PartitionOwner = {
  readonly settings: KafkaSettings
  readonly query: ClusterQuery
  readonly group: string
  readonly partition: number
  readonly signal: AbortSignal
}

export type PartitionTransactions = {
  /**
   * Appends outputs and commits positions, at least one, in one transaction. While the partition is owned the outcome is always known:
   * resolved means committed, FLY_FENCED that another process took over, any other fault that nothing was committed.
   * `committedBefore` is what the group has committed as far as this process knows. Returns the offsets after the outputs, or
   * none when the outcome had to be found out.
   */
  readonly commit: (
    outputs: readonly PartitionBatch[],
    positions: readonly Position[],
    committedBefore: readonly Position[],
  ) => Promise<readonly Position[]>
  readonly close: () => Promise<void>
}

/** A commit that has started. Its marker is stored with the group's offsets. */
type CommitAttempt = {
  readonly commitMarker: string
  readonly committedBefore: readonly Position[]
  /** Whether the request that ends the transaction may have been sent. */
  committing: boolean
}

/**
 * Opens the transactional producer of one partition number of a group. Its first request fences the previous owner and aborts that
 * owner's open transaction, so positions that are read afterwards are final.
 */
export async function openPartitionTransactions(owner: PartitionOwner): Promise<PartitionTransactions> {
  const { group, partition, signal } = owner
  const details = { group, partition }
  const action = `commit ${group}/${partition}`
  const graceEnded = delayAbort(signal, commitGraceMs)
  let open: TransactionalProducer | undefined = await openTransactionalProducer(owner)

  return {
    async commit(outputs, positions, committedBefore) {
      const attempt: CommitAttempt = { commitMarker: randomUUID().slice(0, 18), committedBefore, committing: false }
      if (!open) throw new Fault('FLY_FENCED', `cannot ${action}: the partition was given up`, details)
      try {
        const transaction = runTransaction(open, owner, outputs, positions, attempt)
        return await rejectOnTimeout(commitTimeoutMs, action, rejectOnAbort(graceEnded, transaction))
      } catch (error) {
        const fault = toFault(error, action, details)
        open.discard()
        open = undefined
        if (fault.code === 'FLY_FENCED' || fault.code === 'FLY_BUG') throw fault
        // Opening a new producer completes the transaction or aborts it. Then the group's offsets show which.
        open = await retryWithBackoff(() => openTransactionalProducer(owner), isTransient, signal)
        if (await wasCommitted(owner, attempt, fault)) return []
        throw fault
      }
    },
    close: async () => open?.close(),
  }
}

/** Nothing is repeated except what a broker refused before it wrote anything: every other failure ends the transaction. */
async function runTransaction(
  producer: TransactionalProducer,
  { group, query }: PartitionOwner,
  outputs: readonly PartitionBatch[],
  positions: readonly Position[],
  attempt: CommitAttempt,
): Promise<readonly Position[]> {
  if (outputs.length > 0) await producer.addPartitions(outputs)
  const sendings = startSending(outputs)
  const onFault = (fault: Fault): never => {
    throw fault
  }
  await Promise.all([
    sendBatches(producer, sendings, query, onFault),
    producer.sendOffsets(group, positions, attempt.commitMarker),
  ])
  attempt.committing = true
  await producer.commit()
  return endsOf(sendings)
}

/** Whether a failed commit happened: the group's offsets have its marker then. FLY_FENCED when another process has committed since. */
async function wasCommitted(
  { query, group, partition, signal }: PartitionOwner,
  { commitMarker, committedBefore, committing }: CommitAttempt,
  failure: Fault,
): Promise<boolean> {
  const partitions = new Map(committedBefore.map(({ topic }) => [topic, [partition]]))
  const look = async () => {
    const committed = await retryWithBackoff(() => query.committed(group, partitions), isTransient, signal)
    return committedBefore.map(before => ({ ...before, now: entryOf(committed, before) }))
  }
  const hasMarker = (offsets: Awaited<ReturnType<typeof look>>): boolean =>
    offsets.some(({ now }) => now.commitMarker === commitMarker)
  if (committing) {
    if (hasMarker(await look())) return true
    await pause(coordinatorDelayMs, signal)
  }
  const offsets = await look()
  if (hasMarker(offsets)) return true
  // Opening the new producer has just fenced the rightful owner, which will join again.
  const moved = offsets.find(({ now, offset }) => now.offset !== offset)
  if (moved)
    throw new Fault(
      'FLY_FENCED',
      `cannot commit ${group}/${partition}: another process has committed`,
      { group, ...moved },
      failure,
    )
  return false
}

async function openTransactionalProducer(owner: PartitionOwner): Promise<TransactionalProducer> {
  const { settings, group, partition, signal } = owner
  const producer = createTransactionalProducer(settings, `${group}-${partition}`, transactionTimeoutMs)
  signal.addEventListener('abort', producer.discard)
  try {
    await producer.connect()
    return producer
  } catch (error) {
    producer.discard()
    throw toFault(error, `open the transactions of ${group}/${partition}`, { group, partition })
  } finally {
    signal.removeEventListener('abort', producer.discard)
  }
}
