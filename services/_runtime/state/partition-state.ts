import { randomUUID } from 'node:crypto'
import { stateTopic } from '#topology/derive/names.ts'
import type { ServiceName } from '#topology/types.ts'
import { Fault } from '../core/faults.ts'
import { retryWhileAway } from '../core/retry-while-away.ts'
import type { EventLog, NewRecord, PartitionConsumer, Position } from '../log/event-log.ts'
import { type Barrier, barrierRecord, changelogRecords } from './changelog.ts'
import { restoreState } from './restore.ts'
import type { StateSnapshot } from './snapshot.ts'
import type { OpenSnapshot } from './snapshots.ts'
import { State } from './state.ts'
import type { StateShape } from './state-shape.ts'

/** The state of a service in one partition, from assignment to revocation. */
export type PartitionState = {
  readonly state: State
  /** The changes since the last `markCommitted` or `rollBack`, as records for the next transaction. */
  readonly changelogRecords: () => readonly NewRecord[]
  /**
   * Call after the transaction with the last `changelogRecords` was committed. `ends` is the result of the commit. The next changes
   * wait until it resolves.
   */
  readonly markCommitted: (ends: readonly Position[]) => Promise<void>
  readonly rollBack: () => void
  /** Time in seconds since the local copy was last at the end of the changelog; undefined without a copy. */
  readonly snapshotAgeSeconds: () => number | undefined
  readonly close: () => void
}

/** What is told of a restore while it runs. */
export type RestoreObserver = {
  /** Some records were read; this many offsets are left to read at most. */
  readonly onProgress: (records: number, left: number) => void
  /** The restore starts again because of this fault. */
  readonly onRetry: (fault: Fault) => void
}

export type StateContext = {
  readonly log: Pick<EventLog, 'read'>
  readonly openSnapshot: OpenSnapshot | undefined
}

/** The partition whose state it is: its changelog is written through the consumer of the partition. */
export type StateOwner = Pick<PartitionConsumer, 'partition' | 'signal' | 'commit'>

/**
 * Restores the state of a stateful service; other services, which have no shape of state, get an empty one. It commits a barrier first, so that nothing is
 * missing that an earlier owner has committed. While the log is away it tries again. FLY_STATE when another version
 * wrote the changelog, FLY_FENCED when another process owns the partition.
 */
export async function openPartitionState(
  { log, openSnapshot }: StateContext,
  service: ServiceName,
  shape: StateShape | undefined,
  consumer: StateOwner,
  observer: RestoreObserver,
): Promise<PartitionState> {
  const { partition, signal } = consumer
  const topic = stateTopic(service)
  const writer = randomUUID()
  const restore = async (snapshot: StateSnapshot | undefined): Promise<State> => {
    const barrier = await commitBarrier(topic, consumer, writer)
    const onProgress = (records: number, offset: number): void =>
      observer.onProgress(records, Math.max(0, barrier.end - offset))
    return restoreState(log, topic, partition, signal, { snapshot, shape, barrier, onProgress })
  }
  const snapshot = shape && (await openSnapshot?.(service, partition, signal, shape))
  const close = (): void => snapshot?.close()
  const state = shape
    ? await retryWhileAway(() => restore(snapshot), observer.onRetry, signal).catch(error => {
        close()
        throw error
      })
    : new State()
  let written: readonly NewRecord[] = []
  return {
    state,
    changelogRecords() {
      written = changelogRecords(topic, partition, state.changes(), writer, shape)
      return written
    },
    async markCommitted(ends) {
      state.markCommitted()
      const end = ends.find(position => position.topic === topic)
      const committed = written
      written = []
      if (committed.length > 0) await snapshot?.write(committed, end && { offset: end.offset, writer }, state)
    },
    rollBack: () => state.rollBack(),
    snapshotAgeSeconds: () => snapshot?.ageSeconds,
    close,
  }
}

async function commitBarrier(topic: string, consumer: StateOwner, writer: string): Promise<Barrier> {
  const { partition } = consumer
  const ends = await consumer.commit([barrierRecord(topic, partition, writer)], [])
  const end = ends.find(position => position.topic === topic)
  // The outcome of the commit had to be found out: the barrier is there, but not known where.
  if (!end) throw new Fault('FLY_BROKER', `it is not known where ${topic}/${partition} ends`, { topic, partition })
  return { writer, end: end.offset }
}
