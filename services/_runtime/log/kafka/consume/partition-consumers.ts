import { Fault } from '../../../core/faults.ts'
import type { Task } from '../../event-log.ts'
import type { KafkaSettings } from '../connection/client.ts'
import type { Query } from '../connection/query.ts'
import { toFault } from '../faults.ts'
import { createFetcher } from './fetch.ts'
import { openTask } from './partition-consumer.ts'

export type Work = (task: Task) => Promise<void>

/** What a member reads and does. */
export type Membership = {
  readonly settings: KafkaSettings
  readonly query: Query
  readonly group: string
  readonly topics: readonly string[]
  readonly work: Work
}

type Running = { readonly topics: string; readonly stop: () => void }

/** The tasks of a membership, one for each partition number that is assigned. */
export function createTasks(
  { settings, query, group, work }: Membership,
  until: AbortSignal,
  lose: (fault: Fault) => void,
) {
  const fetcher = createFetcher(settings)
  const running = new Map<number, Running>()
  /** The last work of each partition number, until it has ended: the next one waits for it. */
  const ends = new Map<number, Promise<void>>()
  let member = ''
  let failure: { readonly error: unknown } | undefined

  const perform = async (partition: number, topics: readonly string[], signal: AbortSignal): Promise<void> => {
    const { queueBytes = 4_194_304 } = settings
    // Told at once: the work may be waiting for records that will never come. After a hand-over it is as it should be.
    const onFenced = (): void => {
      if (signal.aborted) return
      lose(new Fault('FLY_FENCED', 'another process has taken a partition over', { group, partition }))
    }
    try {
      const owner = { settings, query, group, partition, signal }
      const { task, close } = await openTask(owner, topics, fetcher, queueBytes, onFenced)
      await work(task).finally(close)
    } catch (error) {
      // What fails after the end was asked for is the end.
      if (signal.aborted || (error instanceof Fault && error.code === 'FLY_FENCED')) return
      failure ??= { error }
      lose(toFault(error, `work on ${group}/${partition}`))
    }
  }

  const start = (partition: number, topics: readonly string[]): void => {
    const stopping = new AbortController()
    const signal = AbortSignal.any([until, stopping.signal])
    const before = ends.get(partition)
    const ended = (async () => {
      await before
      if (!signal.aborted) await perform(partition, topics, signal)
    })().finally(() => {
      if (ends.get(partition) === ended) ends.delete(partition)
    })
    ends.set(partition, ended)
    running.set(partition, { topics: topics.join(), stop: () => stopping.abort() })
  }

  return {
    numbers: () => [...running.keys()],
    /** Who stays a member keeps its tasks; whoever is a new one may have lost its partitions in between. */
    assign(memberId: string, wanted: ReadonlyMap<number, readonly string[]>): void {
      for (const [partition, { topics, stop }] of running) {
        if (memberId === member && wanted.get(partition)?.join() === topics) continue
        stop()
        running.delete(partition)
      }
      member = memberId
      for (const [partition, topics] of wanted) if (!running.has(partition)) start(partition, topics)
    },
    /** Waits for all work to end, also of partitions that were taken away; throws what it threw. */
    async ended(): Promise<void> {
      while (ends.size > 0) await Promise.all(ends.values())
      if (failure) throw failure.error
    },
    close: () => fetcher.close(),
  }
}
