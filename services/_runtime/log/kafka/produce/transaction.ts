import { randomUUID } from 'node:crypto'
import { delayAbort } from '../../../core/abort.ts'
import { requiredValue } from '../../../core/checked.ts'
import { rejectOnTimeout } from '../../../core/deadline.ts'
import { Fault } from '../../../core/faults.ts'
import type { Position } from '../../event-log.ts'
import { entryOf } from '../admin/by-partition.ts'
import type { ClusterQuery } from '../admin/cluster-query.ts'
import type { CommittedOffset } from '../admin/committed-offsets.ts'
import type { KafkaSettings } from '../connection/client.ts'
import { isTransient, toFault } from '../faults.ts'
import { rejectOnAbort, retryWithBackoff } from '../retry.ts'
import type { PartitionBatch } from './partition-batch.ts'
import { endsOf, sendBatches, startSending } from './send.ts'
import { createTransactionalProducer, type TransactionalProducer } from './transactional-producer.ts'

/** The broker aborts the open transaction of a dead process after this. Nothing slow happens within a transaction. */
const transactionTimeoutMs = 60_000
/** A commit is given up after this; then it is found out whether it happened. */
const commitTimeoutMs = 20_000
/** A commit that has started may take this much longer when the partition is revoked. Then the next owner finds its outcome. */
const commitGraceMs = 3_000

/** A partition number of these topics, as far as a group consumes it. */
export type PartitionOwner = {
  readonly settings: KafkaSettings
  readonly query: ClusterQuery
  readonly group: string
  readonly topics: readonly string[]
  readonly partition: number
  readonly signal: AbortSignal
}

/** What the group has committed in each topic. */
type CommittedByTopic = ReadonlyMap<string, CommittedOffset>

export type PartitionTransactions = {
  /** What the group had committed in each topic when the partition was taken over; -1 for nothing. */
  readonly committedBefore: ReadonlyMap<string, number>
  /**
   * Appends outputs and commits positions, at least one, in one transaction. While the partition is owned the outcome is always known:
   * resolved means committed, FLY_FENCED that another process took over, any other fault that nothing was committed. Returns
   * the offsets after the outputs, or none when the outcome had to be found out.
   */
  readonly commit: (outputs: readonly PartitionBatch[], positions: readonly Position[]) => Promise<readonly Position[]>
  readonly close: () => Promise<void>
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
  const takeOver = () => retryWithBackoff(() => fencePreviousOwner(owner), isTransient, signal)
  const opened = await takeOver()
  let open: TransactionalProducer | undefined = opened.producer
  let committed = opened.committed

  return {
    committedBefore: new Map(Array.from(committed, ([topic, { offset }]) => [topic, offset])),
    async commit(outputs, positions) {
      if (!open) throw new Fault('FLY_FENCED', `cannot ${action}: the partition was given up`, details)
      const commitMarker = randomUUID().slice(0, 18)
      const next = new Map(committed)
      for (const { topic, offset } of positions) next.set(topic, { offset, commitMarker })
      try {
        const transaction = runTransaction(open, owner, outputs, positions, commitMarker)
        const ends = await rejectOnTimeout(commitTimeoutMs, action, rejectOnAbort(graceEnded, transaction))
        committed = next
        return ends
      } catch (error) {
        const fault = toFault(error, action, details)
        open.discard()
        open = undefined
        if (fault.code === 'FLY_FENCED' || fault.code === 'FLY_BUG') throw fault
        // Opening a new producer completes the transaction or aborts it. Then the group's offsets show which.
        const reopened = await takeOver()
        open = reopened.producer
        if (isEqual(reopened.committed, committed)) throw fault
        committed = reopened.committed
        if (isEqual(committed, next)) return []
        // Opening the new producer has just fenced the rightful owner, which will join again.
        throw new Fault('FLY_FENCED', `cannot ${action}: another process has committed`, details, fault)
      }
    },
    close: async () => open?.close(),
  }
}

/** Markers are unique, so equal ones are of the same commit. */
const isEqual = (one: CommittedByTopic, other: CommittedByTopic): boolean =>
  [...one].every(([topic, { offset, commitMarker }]) => {
    const of = requiredValue(other, topic)
    return of.offset === offset && of.commitMarker === commitMarker
  })

/** Nothing is repeated except what a broker refused before it wrote anything: every other failure ends the transaction. */
async function runTransaction(
  producer: TransactionalProducer,
  { group, query }: PartitionOwner,
  outputs: readonly PartitionBatch[],
  positions: readonly Position[],
  commitMarker: string,
): Promise<readonly Position[]> {
  if (outputs.length > 0) await producer.addPartitions(outputs)
  const sendings = startSending(outputs)
  const onFault = (fault: Fault): never => {
    throw fault
  }
  await Promise.all([
    sendBatches(producer, sendings, query, onFault),
    producer.sendOffsets(group, positions, commitMarker),
  ])
  await producer.commit()
  return endsOf(sendings)
}

/** Opens a new producer, which fences the one of the previous owner, and reads what that owner has committed. */
async function fencePreviousOwner(
  owner: PartitionOwner,
): Promise<{ readonly producer: TransactionalProducer; readonly committed: CommittedByTopic }> {
  const { settings, group, topics, partition, signal } = owner
  const producer = createTransactionalProducer(settings, `${group}-${partition}`, transactionTimeoutMs)
  signal.addEventListener('abort', producer.discard)
  try {
    await producer.connect()
    const found = await producer.committedOffsets(group, new Map(topics.map(topic => [topic, [partition]])))
    return { producer, committed: new Map(topics.map(topic => [topic, entryOf(found, { topic, partition })])) }
  } catch (error) {
    producer.discard()
    throw toFault(error, `open the transactions of ${group}/${partition}`, { group, partition })
  } finally {
    signal.removeEventListener('abort', producer.discard)
  }
}
