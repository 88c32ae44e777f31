import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Fault } from '../../../core/faults.ts'
import type { Position } from '../../event-log.ts'
import type { KafkaSettings } from '../connection/client.ts'
import type { ClusterQuery } from '../connection/cluster-query.ts'
import { delayAbort, rejectOnAbort, retryWithBackoff, toFault, withTimeout } from '../faults.ts'
import type { PartitionBatch } from './partition-batch.ts'
import { sendBatches } from './send.ts'
import { createTransactionalProducer, type TransactionalProducer } from './transactional-producer.ts'

/** An open transaction of a dead process is aborted by the broker after this; nothing slow happens inside of one. */
const transactionTimeoutMs = 60_000
/** What one commit may take; its outcome is found out after that. */
const commitTimeoutMs = 20_000
/** What a commit on its way may still take when the partition is given up; its outcome is then left to the next owner. */
const commitGraceMs = 3_000

export type PartitionOwner = {
  readonly settings: KafkaSettings
  readonly query: ClusterQuery
  readonly group: string
  readonly partition: number
  readonly signal: AbortSignal
}

export type PartitionTransactions = {
  /**
   * Outputs and positions in one transaction. It never leaves an unknown outcome while the partition is owned: resolved
   * means committed, FLY_FENCED that another process took over, any other fault that nothing was committed. `before` is what
   * the group has committed as far as is known here. Resolves with the offsets after the outputs; with none when the outcome
   * had to be found out.
   */
  readonly commit: (
    outputs: readonly PartitionBatch[],
    positions: readonly Position[],
    committedBefore: readonly Position[],
  ) => Promise<readonly Position[]>
  readonly close: () => Promise<void>
}

/**
 * Opens the transactional producer of one partition number of a group. Its first call to the broker fences the owner
 * before it and ends that one's open transaction, so that positions read afterwards are final.
 */
export async function openPartitionTransactions(owner: PartitionOwner): Promise<PartitionTransactions> {
  const { query, group, partition, signal } = owner
  const about = { group, partition }
  const action = `commit ${group}/${partition}`
  const graceEnded = delayAbort(signal, commitGraceMs)
  let open: TransactionalProducer | undefined = await openTransactionalProducer(owner)

  /** Whether a commit that failed did happen: a new producer ends it one way or the other, then the group's offsets tell. */
  const wasCommitted = async (
    { commitMarker, committedBefore, committing }: CommitAttempt,
    failed: Fault,
  ): Promise<boolean> => {
    open = await retryWithBackoff(() => openTransactionalProducer(owner), isTransient, signal)
    const topics = new Map(committedBefore.map(({ topic }) => [topic, [partition]]))
    for (const looks of committing ? [1, 2] : [2]) {
      const now = await retryWithBackoff(() => query.committed(group, topics), isTransient, signal)
      const places = committedBefore.map(({ topic, offset }) => ({
        topic,
        offset,
        now: now.get(topic)?.get(partition),
      }))
      if (places.some(place => place.now?.commitMarker === commitMarker)) return true
      // Right after a coordinator has died, the next one may not yet show the last that it has.
      if (looks === 1) await sleep(1_000, undefined, { signal }).catch(() => {})
      // Someone else committed: opening the producer again has just fenced the rightful owner, who will join again.
      const moved = places.find(place => place.now?.offset !== place.offset)
      if (looks === 2 && moved)
        throw new Fault('FLY_FENCED', `cannot ${action}: another process has committed`, { ...about, ...moved }, failed)
    }
    return false
  }

  return {
    async commit(outputs, positions, committedBefore) {
      const attempt: CommitAttempt = { commitMarker: randomUUID().slice(0, 18), committedBefore, committing: false }
      if (!open) throw new Fault('FLY_FENCED', `cannot ${action}: the partition was given up`, about)
      try {
        const transaction = runTransaction(open, owner, outputs, positions, attempt)
        return await withTimeout(commitTimeoutMs, action, rejectOnAbort(graceEnded, transaction))
      } catch (error) {
        const fault = toFault(error, action, about)
        open.discard()
        open = undefined
        if (fault.code === 'FLY_FENCED' || fault.code === 'FLY_BUG' || !(await wasCommitted(attempt, fault)))
          throw fault
        return []
      }
    },
    close: async () => open?.close(),
  }
}

/** A commit on its way; `note` marks it in the group's offsets. */
type CommitAttempt = {
  readonly commitMarker: string
  readonly committedBefore: readonly Position[]
  committing: boolean
}

/** Nothing is repeated but what a broker refused before it wrote anything: all else ends the transaction. */
async function runTransaction(
  producer: TransactionalProducer,
  { group, query }: PartitionOwner,
  outputs: readonly PartitionBatch[],
  positions: readonly Position[],
  attempt: CommitAttempt,
): Promise<readonly Position[]> {
  if (outputs.length > 0) await producer.addPartitions(outputs)
  const [ends] = await Promise.all([
    sendBatches(producer, outputs, query),
    producer.sendOffsets(group, positions, attempt.commitMarker),
  ])
  attempt.committing = true
  await producer.commit()
  return ends
}

async function openTransactionalProducer({
  settings,
  group,
  partition,
  signal,
}: PartitionOwner): Promise<TransactionalProducer> {
  const { transactionalId = (group, partition) => `${group}-${partition}` } = settings
  const open = createTransactionalProducer(settings, transactionalId(group, partition), transactionTimeoutMs)
  signal.addEventListener('abort', open.discard)
  try {
    await open.connect()
    return open
  } catch (error) {
    open.discard()
    throw toFault(error, `open the transactions of ${group}/${partition}`, { group, partition })
  } finally {
    signal.removeEventListener('abort', open.discard)
  }
}

const isTransient = (error: unknown): boolean => error instanceof Fault && error.code === 'FLY_BROKER'
