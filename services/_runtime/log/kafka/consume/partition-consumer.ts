import { requiredValue } from '../../../core/checked.ts'
import { Fault } from '../../../core/faults.ts'
import type { NewRecord, PartitionConsumer, Position } from '../../event-log.ts'
import { beyondEndFault } from '../../positions.ts'
import { entryOf } from '../admin/by-partition.ts'
import { isTransient } from '../faults.ts'
import { createRecordRouter } from '../produce/partition-batch.ts'
import { openPartitionTransactions, type PartitionOwner } from '../produce/transaction.ts'
import { retryWithBackoff } from '../retry.ts'
import type { Fetcher } from './fetch.ts'
import { createFetchQueue } from './fetch-queue.ts'
import type { PartitionBuffer } from './partition-buffer.ts'

export type OpenPartitionConsumer = {
  readonly consumer: PartitionConsumer
  readonly close: () => Promise<void>
}

/** The offsets of a partition that this consumer keeps; the buffer knows how far it was fetched and polled. */
type OwnedPartition = {
  readonly buffer: PartitionBuffer
  /** Whether the group has committed nothing yet. */
  isNew: boolean
  /** What the group has committed, past invisible offsets. */
  committed: number
  /** The last position that was passed to `commit`, before it was moved past invisible offsets. */
  lastConsumed: number
}

/**
 * Fences the previous owner, reads the committed positions and starts to fetch there. From then on nobody else can commit, so the
 * committed positions are kept here. `onFenced` is called when a commit is refused because another process owns the partition.
 */
export async function openPartitionConsumer(
  owner: PartitionOwner,
  fetcher: Fetcher,
  onFenced: () => void,
): Promise<OpenPartitionConsumer> {
  const { settings, group, topics, partition, query, signal } = owner
  const transactions = await openPartitionTransactions(owner)
  const queue = createFetchQueue(
    fetcher,
    (position, end) => beyondEndFault(group, position, end),
    change => settings.observer?.onFetchedBytes(group, change),
  )
  const routeRecords = createRecordRouter(query)
  let fenced = false
  let closed = false
  let lastCommit: Promise<unknown> = Promise.resolve()

  const openPartitions = async (): Promise<readonly OwnedPartition[]> => {
    const starts = await query.offsets('start', new Map(topics.map(topic => [topic, [partition]])))
    return topics.map(topic => {
      const committedByGroup = requiredValue(transactions.committedBefore, topic)
      const isNew = committedByGroup < 0
      const committed = isNew ? entryOf(starts, { topic, partition }) : committedByGroup
      const buffer = queue.openBuffer(topic, partition, committed)
      return { buffer, isNew, committed, lastConsumed: 0 }
    })
  }
  const owned = await retryWithBackoff(openPartitions, isTransient, signal).catch(async error => {
    await transactions.close()
    throw error
  })

  const ownedPartition = (position: Position): OwnedPartition => {
    const found = owned.find(({ buffer }) => buffer.topic === position.topic && partition === position.partition)
    if (found && position.offset >= found.lastConsumed) return found
    const what = found ? 'an offset before the committed one' : 'a partition that it does not own'
    throw new Fault('FLY_BUG', `group ${group} commits ${what}`, { group, ...position })
  }

  const commit = async (outputs: readonly NewRecord[], consumed: readonly Position[]): Promise<readonly Position[]> => {
    if (closed || fenced) throw new Fault('FLY_FENCED', `group ${group} was left`, { group, partition })
    const moved = new Map<OwnedPartition, number>()
    for (const position of consumed) {
      const of = ownedPartition(position)
      moved.set(of, Math.max(of.buffer.skipInvisible(position.offset), of.committed))
    }
    // Before the transaction begins: a record that is refused need not abort it.
    const batches = await routeRecords(outputs)
    // Every commit has a position, since the marker of the position shows whether the commit happened.
    const next = moved.size > 0 ? moved : new Map(owned.map(of => [of, of.committed]))
    const ends = await transactions.commit(
      batches,
      Array.from(next, ([{ buffer }, offset]) => ({ topic: buffer.topic, partition, offset })),
    )
    for (const [of, offset] of next) {
      of.committed = offset
      of.isNew = false
    }
    for (const position of consumed) ownedPartition(position).lastConsumed = position.offset
    return ends
  }

  /**
   * Commits positions past the invisible offsets that were read after the last commit: once retention has deleted these, the next
   * owner would take them for records that nobody consumed. A topic without a position is left without one.
   */
  const commitInvisible = async (): Promise<void> => {
    const moved = owned.flatMap(({ buffer, isNew, committed }) => {
      const offset = buffer.skipInvisible(committed)
      return isNew || offset === committed ? [] : { topic: buffer.topic, partition, offset }
    })
    if (moved.length > 0) await transactions.commit([], moved)
  }

  const consumer: PartitionConsumer = {
    partition,
    signal,
    uncommitted: owned.flatMap(({ buffer: { topic }, isNew, committed }) =>
      isNew ? { topic, partition, offset: committed } : [],
    ),
    poll: max => queue.poll(max, signal),
    takeGaps: queue.takeGaps,
    commit(outputs, consumed) {
      const done = lastCommit.then(() => commit(outputs, consumed))
      lastCommit = done.catch(error => {
        if (closed || !(error instanceof Fault) || error.code !== 'FLY_FENCED') return
        fenced = true
        onFenced()
      })
      return done
    },
  }
  return {
    consumer,
    close: async () => {
      closed = true
      queue.close()
      await lastCommit
      // Not after an error: a commit may wait for the brokers. Where this one fails, the next owner reads the same offsets again.
      if (signal.aborted && !fenced) await commitInvisible().catch(() => {})
      await transactions.close()
    },
  }
}
