import { Fault } from '../../../core/faults.ts'
import type { EventLog, PartitionConsumer } from '../../event-log.ts'
import type { ClusterQuery } from '../admin/cluster-query.ts'
import type { KafkaSettings } from '../connection/client.ts'
import { toFault } from '../faults.ts'
import { createFetcher } from './fetch.ts'
import { openPartitionConsumer } from './partition-consumer.ts'

export type ConsumePartition = (consumer: PartitionConsumer) => Promise<void>

/** The group, and what its member reads and does. */
export type GroupMembership = {
  readonly settings: KafkaSettings
  readonly query: ClusterQuery
  readonly group: string
  readonly topics: readonly string[]
  readonly consume: ConsumePartition
  readonly onMembership: NonNullable<Parameters<EventLog['join']>[4]>
}

/** `topics` joined: they change when a topic grows. */
type RunningConsumer = { readonly topics: string; readonly stop: () => void }

/**
 * Runs `consume` for each partition number that is assigned to the member. `onLost` is called when the membership has to be ended: a
 * consumer was fenced or failed.
 */
export function createAssignedConsumers(
  { settings, query, group, consume }: GroupMembership,
  until: AbortSignal,
  onLost: (fault: Fault) => void,
) {
  const fetcher = createFetcher(settings)
  const running = new Map<number, RunningConsumer>()
  /** The last consumer of each partition number until it ends: the next one of that number waits for it. */
  const completions = new Map<number, Promise<void>>()
  let currentMemberId = ''
  let failure: { readonly error: unknown } | undefined

  const runConsumer = async (partition: number, topics: readonly string[], signal: AbortSignal): Promise<void> => {
    // Ends the membership at once: `consume` may wait for records that will never come. After a revocation, being fenced is expected.
    const onFenced = (): void => {
      if (signal.aborted) return
      settings.observer?.onFenced(group)
      onLost(new Fault('FLY_FENCED', 'another process has taken over a partition', { group, partition }))
    }
    try {
      const owner = { settings, query, group, topics, partition, signal }
      const { consumer, close } = await openPartitionConsumer(owner, fetcher, onFenced)
      await consume(consumer).finally(close)
    } catch (error) {
      // Errors after an abort are a consequence of the abort.
      if (signal.aborted) return
      if (error instanceof Fault && error.code === 'FLY_FENCED') return onFenced()
      failure ??= { error }
      onLost(toFault(error, `process ${group}/${partition}`))
    }
  }

  const start = (partition: number, topics: readonly string[]): void => {
    const stopping = new AbortController()
    const signal = AbortSignal.any([until, stopping.signal])
    const previous = completions.get(partition)
    const ended = (async () => {
      await previous
      if (!signal.aborted) await runConsumer(partition, topics, signal)
    })().finally(() => {
      if (completions.get(partition) === ended) completions.delete(partition)
    })
    completions.set(partition, ended)
    running.set(partition, { topics: topics.join(), stop: () => stopping.abort() })
  }

  return {
    assignedPartitions: () => [...running.keys()],
    /** The same member keeps its running consumers. A new member id means that other members may have had the partitions meanwhile. */
    assign(memberId: string, assigned: ReadonlyMap<number, readonly string[]>): void {
      settings.observer?.onAssigned(group)
      for (const [partition, { topics, stop }] of running) {
        if (memberId === currentMemberId && assigned.get(partition)?.join() === topics) continue
        stop()
        running.delete(partition)
      }
      currentMemberId = memberId
      for (const [partition, topics] of assigned) if (!running.has(partition)) start(partition, topics)
    },
    /** Waits for all consumers to end, also those of revoked partitions; throws what `consume` threw first. */
    async finished(): Promise<void> {
      while (completions.size > 0) await Promise.all(completions.values())
      if (failure) throw failure.error
    },
    close: () => fetcher.close(),
  }
}
