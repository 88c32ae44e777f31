import { Fault } from '../../../core/faults.ts'
import type { NewRecord, PartitionConsumer, Position } from '../../event-log.ts'
import { retryWithBackoff } from '../faults.ts'
import { toPartitionBatches } from '../produce/partition-batch.ts'
import { openPartitionTransactions, type PartitionOwner } from '../produce/transaction.ts'
import type { Fetcher } from './fetch.ts'
import { createFetchQueue, type PartitionBuffer } from './fetch-queue.ts'

export type OpenPartitionConsumer = {
  readonly consumer: PartitionConsumer
  readonly close: () => Promise<void>
}

/**
 * Fences the owner before, reads what is committed and begins to fetch from there. Since nobody else can commit from then
 * on, what is committed is known here without asking. `onFenced` is told when a commit is refused since another process owns
 * the partition.
 */
export async function openPartitionConsumer(
  owner: PartitionOwner,
  topics: readonly string[],
  fetcher: Fetcher,
  queueBytes: number,
  onFenced: () => void,
): Promise<OpenPartitionConsumer> {
  const { group, partition, query, signal } = owner
  const isTransient = (error: unknown): boolean => error instanceof Fault && error.code === 'FLY_BROKER'
  const transactions = await retryWithBackoff(() => openPartitionTransactions(owner), isTransient, signal)
  const queue = createFetchQueue(fetcher, queueBytes)
  /** Where each source goes on after a rewind. */
  const committed = new Map<PartitionBuffer, number>()
  /** The same as the group has it: -1 where nothing is committed, and it may lie before what retention left. */
  const groupCommitted = new Map<PartitionBuffer, number>()
  /** What the work committed last, before it was moved past what is invisible. */
  const requested = new Map<PartitionBuffer, number>()
  let fenced = false
  let closed = false
  let lastCommit: Promise<unknown> = Promise.resolve()

  const openBuffers = async (): Promise<void> => {
    const places = new Map(topics.map(topic => [topic, [partition]]))
    const [positions, starts] = await Promise.all([query.committed(group, places), query.offsets('start', places)])
    for (const topic of topics) {
      const start = starts.get(topic)?.get(partition) ?? 0
      const found = positions.get(topic)?.get(partition)?.offset ?? -1
      const source = queue.openBuffer(topic, partition, Math.max(found, start))
      committed.set(source, source.position)
      groupCommitted.set(source, found)
    }
  }
  try {
    await retryWithBackoff(openBuffers, isTransient, signal)
  } catch (error) {
    await transactions.close()
    throw error
  }

  const ownedBuffer = (position: Position): PartitionBuffer => {
    const source = queue.buffers.find(({ topic }) => topic === position.topic && partition === position.partition)
    if (source && position.offset >= (requested.get(source) ?? 0)) return source
    const what = source ? 'an offset behind the committed one' : 'a partition that is not its own'
    throw new Fault('FLY_BUG', `group ${group} commits ${what}`, { group, ...position })
  }

  const commit = async (outputs: readonly NewRecord[], consumed: readonly Position[]): Promise<readonly Position[]> => {
    if (closed || fenced) throw new Fault('FLY_FENCED', `group ${group} was left`, { group, partition })
    const moved = new Map<PartitionBuffer, number>()
    for (const position of consumed) {
      const source = ownedBuffer(position)
      moved.set(source, Math.max(source.skipInvisible(position.offset), committed.get(source) ?? 0))
    }
    // What is refused here need not end a transaction.
    const bundles = await toPartitionBatches(outputs, query)
    // A commit without any position could not be told from one that failed.
    const positions = moved.size > 0 ? moved : committed
    const ends = await transactions.commit(bundles, toPositions(positions), toPositions(groupCommitted))
    for (const [source, at] of positions) {
      committed.set(source, at)
      groupCommitted.set(source, at)
    }
    for (const position of consumed) requested.set(ownedBuffer(position), position.offset)
    return ends
  }

  const consumer: PartitionConsumer = {
    partition,
    signal,
    poll: max => queue.poll(max, signal),
    commit(outputs, consumed) {
      const done = lastCommit.then(() => commit(outputs, consumed))
      lastCommit = done.catch(error => {
        if (closed || !(error instanceof Fault) || error.code !== 'FLY_FENCED') return
        fenced = true
        onFenced()
      })
      return done
    },
    async rewind() {
      await lastCommit
      for (const [source, at] of committed) source.seek(at)
    },
  }
  return {
    consumer,
    close: async () => {
      closed = true
      queue.close()
      await lastCommit
      await transactions.close()
    },
  }
}

function toPositions(positions: Iterable<readonly [PartitionBuffer, number]>): Position[] {
  return [...positions].map(([{ topic, partition }, offset]) => ({ topic, partition, offset }))
}
