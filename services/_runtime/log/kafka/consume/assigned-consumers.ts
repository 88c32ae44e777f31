import { Fault } from '../../../core/faults.ts'
import type { PartitionConsumer } from '../../event-log.ts'
import type { KafkaSettings } from '../connection/client.ts'
import type { ClusterQuery } from '../connection/cluster-query.ts'
import { toFault } from '../faults.ts'
import { createFetcher } from './fetch.ts'
import { openPartitionConsumer } from './partition-consumer.ts'

export type ConsumePartition = (task: PartitionConsumer) => Promise<void>

/** What a member reads and does. */
export type GroupMembership = {
  readonly settings: KafkaSettings
  readonly query: ClusterQuery
  readonly group: string
  readonly topics: readonly string[]
  readonly consume: ConsumePartition
}

type RunningConsumer = { readonly topics: string; readonly stop: () => void }

/** The tasks of a membership, one for each partition number that is assigned. */
export function createAssignedConsumers(
  { settings, query, group, consume }: GroupMembership,
  until: AbortSignal,
  onLost: (fault: Fault) => void,
) {
  const fetcher = createFetcher(settings)
  const running = new Map<number, RunningConsumer>()
  /** The last work of each partition number, until it has ended: the next one waits for it. */
  const completions = new Map<number, Promise<void>>()
  let currentMemberId = ''
  let failure: { readonly error: unknown } | undefined

  const runConsumer = async (partition: number, topics: readonly string[], signal: AbortSignal): Promise<void> => {
    const { queueBytes = 4_194_304 } = settings
    // Told at once: the work may be waiting for records that will never come. After a hand-over it is as it should be.
    const onFenced = (): void => {
      if (signal.aborted) return
      onLost(new Fault('FLY_FENCED', 'another process has taken a partition over', { group, partition }))
    }
    try {
      const owner = { settings, query, group, partition, signal }
      const { consumer, close } = await openPartitionConsumer(owner, topics, fetcher, queueBytes, onFenced)
      await consume(consumer).finally(close)
    } catch (error) {
      // What fails after the end was asked for is the end.
      if (signal.aborted || (error instanceof Fault && error.code === 'FLY_FENCED')) return
      failure ??= { error }
      onLost(toFault(error, `work on ${group}/${partition}`))
    }
  }

  const start = (partition: number, topics: readonly string[]): void => {
    const stopping = new AbortController()
    const signal = AbortSignal.any([until, stopping.signal])
    const before = completions.get(partition)
    const ended = (async () => {
      await before
      if (!signal.aborted) await runConsumer(partition, topics, signal)
    })().finally(() => {
      if (completions.get(partition) === ended) completions.delete(partition)
    })
    completions.set(partition, ended)
    running.set(partition, { topics: topics.join(), stop: () => stopping.abort() })
  }

  return {
    assignedPartitions: () => [...running.keys()],
    /** Who stays a member keeps its tasks; whoever is a new one may have lost its partitions in between. */
    assign(memberId: string, wanted: ReadonlyMap<number, readonly string[]>): void {
      for (const [partition, { topics, stop }] of running) {
        if (memberId === currentMemberId && wanted.get(partition)?.join() === topics) continue
        stop()
        running.delete(partition)
      }
      currentMemberId = memberId
      for (const [partition, topics] of wanted) if (!running.has(partition)) start(partition, topics)
    },
    /** Waits for all work to end, also of partitions that were taken away; throws what it threw. */
    async finished(): Promise<void> {
      while (completions.size > 0) await Promise.all(completions.values())
      if (failure) throw failure.error
    },
    close: () => fetcher.close(),
  }
}
