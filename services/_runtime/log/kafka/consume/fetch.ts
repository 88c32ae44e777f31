import { pause } from '../../../core/abort.ts'
import { backoffMs } from '../../../core/backoff.ts'
import type { Fault } from '../../../core/faults.ts'
import type { LogRecord, TopicPartition } from '../../event-log.ts'
import { createKafkaClient, type KafkaSettings } from '../connection/client.ts'
import { unreadableBatch } from '../connection/codecs.ts'
import type { FetchedPartition } from '../connection/kafkajs-broker.ts'
import { rootCause, toFault } from '../faults.ts'
import { createClusterMetadata } from './cluster-metadata.ts'
import { committedRecords } from './committed-records.ts'
import { requestRecords } from './fetch-request.ts'

/** A partition that is fetched; implemented by the buffer that receives its records. */
export type PartitionFetch = TopicPartition & {
  /** The offset to fetch next; `deliver` and `skip` move it. */
  readonly position: number
  readonly hasRoom: () => boolean
  /** Takes the records that follow `position`, and moves it to `next`. */
  readonly deliver: (records: readonly LogRecord[], next: number) => void
  /** Moves `position` to `to`, because retention deleted the records between them. */
  readonly skip: (to: number) => void
  /** Called once, when the position is after the end of the partition. */
  readonly failBeyondEnd: (end: number) => void
  /** Called once, when the partition cannot be fetched any more. */
  readonly fail: (fault: Fault) => void
}

export type Fetcher = {
  readonly add: (partitionFetch: PartitionFetch) => void
  readonly remove: (partitionFetch: PartitionFetch) => void
  /** To be called when a partition has room again. */
  readonly schedule: () => void
  readonly close: () => Promise<void>
}

/**
 * How long a broker may hold a request for which it has no records, in ms. Short while partitions are likely to be added to the next
 * request: after a change, or when some have no room.
 */
const maxWaitMs = { idle: 250, active: 20 } as const
const activeMs = 1_000
const backoff = { firstMs: 40, maxMs: 1_000 } as const
const missingOffsetPauseMs = 200
/** Longer than it takes a new leader to be known. */
const believeEndAfterMs = 5_000
/** Takes the place of a node id for partitions whose leader is not known. */
const unknownLeader = 'unknown'

/**
 * Fetches committed records of any number of partitions, with one request at a time to each broker. Retries until it is closed.
 * kafkajs's consumer cannot be used for this. Where the last offsets of a partition hold nothing visible (transaction markers,
 * aborted or compacted records), it does not say how far it has read, and at a batch that compaction emptied it stops.
 */
export function createFetcher(settings: KafkaSettings): Fetcher {
  const client = createKafkaClient(settings)
  const fetches = new Set<PartitionFetch>()
  /** The request in flight to each broker, by node id. */
  const inFlight = new Map<string, Promise<void>>()
  const closing = new AbortController()
  const metadata = createClusterMetadata(client)
  /** Since when the position of a partition is after its end. */
  const beyondEndSince = new WeakMap<PartitionFetch, number>()
  let changedAt = 0
  let failures = 0
  /** A partition that got no records although it has some. The next request is for it alone, so that others do not use up its bytes. */
  let fetchAlone: PartitionFetch | undefined

  const schedule = (): void => {
    if (closing.signal.aborted) return
    const byLeader = Map.groupBy(fetches, leaderOf)
    for (const [node, all] of byLeader) {
      if (inFlight.has(node)) continue
      const withRoom = all.filter(one => one.hasRoom())
      if (withRoom.length === 0) continue
      const isActive = withRoom.length < all.length || Date.now() - changedAt < activeMs
      const request =
        node === unknownLeader ? loadLeaders() : fetchFrom(node, withRoom, isActive ? maxWaitMs.active : maxWaitMs.idle)
      const work = request
        .catch(error => recover(error, withRoom))
        .finally(() => {
          inFlight.delete(node)
          schedule()
        })
      inFlight.set(node, work)
    }
  }

  const leaderOf = ({ topic, partition }: PartitionFetch): string => metadata.leader(topic, partition) ?? unknownLeader

  const loadLeaders = async (): Promise<void> => {
    await metadata.load([...new Set([...fetches].map(({ topic }) => topic))])
    if ([...fetches].some(one => leaderOf(one) === unknownLeader)) await pause(100, closing.signal)
  }

  const fetchFrom = async (node: string, withRoom: readonly PartitionFetch[], maxWait: number): Promise<void> => {
    const cluster = metadata.cluster()
    if (!cluster) return
    await cluster.refreshMetadataIfNecessary()
    const single = fetchAlone && withRoom.includes(fetchAlone) ? fetchAlone : undefined
    const results = await requestRecords(cluster, node, single ? [single] : withRoom, maxWait, single !== undefined)
    failures = 0
    // Obsolete when the partition was removed, or an answer of another broker came first, while the request was in flight.
    for (const { requested, position, fetched } of results)
      if (fetches.has(requested) && requested.position === position)
        handleFetched(requested, fetched, requested === single)
  }

  const handleFetched = (partitionFetch: PartitionFetch, fetched: FetchedPartition, wasAlone: boolean): void => {
    const { topic, position } = partitionFetch
    const { records, next } = committedRecords(topic, position, fetched)
    const end = Number(fetched.lastStableOffset)
    if (wasAlone) fetchAlone = undefined
    if (next > position) partitionFetch.deliver(records, next)
    // Fetched alone with a large limit, and still nothing before the end: only batches that compaction emptied are left.
    else if (end > position && wasAlone) partitionFetch.deliver([], end)
    else if (end > position) fetchAlone = partitionFetch
  }

  const recover = async (error: unknown, withRoom: readonly PartitionFetch[]): Promise<void> => {
    if (closing.signal.aborted) return
    const root = rootCause(error) as { name: string; topic?: string; partition?: number }
    const outside = withRoom.find(({ topic, partition }) => topic === root.topic && partition === root.partition)
    if (root.name === 'KafkaJSOffsetOutOfRange' && outside)
      return leaveMissingOffset(outside).catch(() => pause(missingOffsetPauseMs, closing.signal))
    const fault = toFault(error, 'read from Kafka')
    if (fault.code === 'FLY_BUG' || fault.code === 'FLY_CONFIG' || fault.details.type === unreadableBatch) {
      for (const one of withRoom) {
        fetches.delete(one)
        one.fail(fault)
      }
      return
    }
    failures++
    if (failures % 8 === 4) settings.logger?.warn({ error: fault.message, failures }, 'kafka cannot be read, retrying')
    await pause(backoffMs(failures - 1, backoff), closing.signal)
    await metadata.refresh()
  }

  /**
   * Retention deleted the records at the position, or it is after the end. The end is looked up for some seconds before that is
   * believed: a broker that was deposed as leader may not know it yet.
   */
  const leaveMissingOffset = async (partitionFetch: PartitionFetch): Promise<void> => {
    const { topic, partition, position } = partitionFetch
    const { begin, end } = await metadata.bounds(topic, partition)
    if (partitionFetch.position !== position) return
    if (position < begin) {
      settings.logger?.warn({ topic, partition, position, begin }, 'records at the position were deleted')
      beyondEndSince.delete(partitionFetch)
      return partitionFetch.skip(begin)
    }
    const since = position > end ? (beyondEndSince.get(partitionFetch) ?? Date.now()) : Date.now()
    beyondEndSince.set(partitionFetch, since)
    if (Date.now() - since > believeEndAfterMs) {
      fetches.delete(partitionFetch)
      return partitionFetch.failBeyondEnd(end)
    }
    await pause(missingOffsetPauseMs, closing.signal)
    await metadata.refresh()
  }

  return {
    add(partitionFetch) {
      fetches.add(partitionFetch)
      changedAt = Date.now()
      schedule()
    },
    remove: partitionFetch => void fetches.delete(partitionFetch),
    schedule,
    async close() {
      closing.abort()
      fetches.clear()
      // A broker may hold a request that has no records: it is not waited for.
      client.close()
      await Promise.allSettled(inFlight.values())
      await metadata.close()
    },
  }
}
