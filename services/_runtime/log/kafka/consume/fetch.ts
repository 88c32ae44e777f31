import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from '../../../core/faults.ts'
import type { LogRecord } from '../../event-log.ts'
import { createKafkaClient, type KafkaSettings } from '../connection/client.ts'
import { createClusterMetadata } from '../connection/cluster-metadata.ts'
import { rootCause, toFault } from '../faults.ts'
import { committedRecords, type FetchedPartition } from './committed-records.ts'

/** One partition that is being read. */
export type PartitionFetch = {
  readonly topic: string
  readonly partition: number
  /** The offset to fetch next. */
  position: number
  /** Whether there is room for more. */
  readonly hasRoom: () => boolean
  readonly deliver: (records: readonly LogRecord[], next: number) => void
  readonly fail: (fault: Fault) => void
}

export type Fetcher = {
  readonly add: (partitionFetch: PartitionFetch) => void
  readonly remove: (partitionFetch: PartitionFetch) => void
  /** To be called when a lane wants again. */
  readonly schedule: () => void
  readonly close: () => Promise<void>
}

/** How long a broker holds a request that finds nothing, in ms: short while a lane may soon be added to the next one. */
const maxWaitMs = { idle: 250, active: 20 } as const
const fetchBytes = { perPartition: 1_048_576, perRequest: 10_485_760, singlePartition: 52_428_800 } as const
const unknownLeader = 'no leader known'

/**
 * Fetches committed records for any number of lanes, with one request at a time to each broker, and waits out what fails.
 * kafkajs's own consumer is not used for it: it never says how far a partition was read when the last offsets hold nothing
 * visible (transaction markers, aborted or compacted records), and it stands still before a batch that compaction emptied.
 */
export function createFetcher(settings: KafkaSettings): Fetcher {
  const client = createKafkaClient(settings)
  const fetches = new Set<PartitionFetch>()
  const inFlight = new Map<string, Promise<void>>()
  const closing = new AbortController()
  const metadata = createClusterMetadata(client)
  let changedAt = 0
  let failures = 0
  /** A lane that got nothing although there is something: asked for again without others that use up the request. */
  let fetchAlone: PartitionFetch | undefined

  const schedule = (): void => {
    if (closing.signal.aborted) return
    for (const [node, all] of groupByLeader()) {
      if (inFlight.has(node)) continue
      const wanting = all.filter(lane => lane.hasRoom())
      if (wanting.length === 0) continue
      const lively = wanting.length < all.length || Date.now() - changedAt < 1_000
      const work = (
        node === unknownLeader ? loadLeaders() : fetchFrom(node, wanting, lively ? maxWaitMs.active : maxWaitMs.idle)
      )
        .catch(error => recover(error, wanting))
        .finally(() => {
          inFlight.delete(node)
          schedule()
        })
      inFlight.set(node, work)
    }
  }

  const groupByLeader = (): Map<string, PartitionFetch[]> => {
    const found = new Map<string, PartitionFetch[]>()
    for (const lane of fetches) {
      const node = leaderOf(lane)
      const others = found.get(node)
      if (others) others.push(lane)
      else found.set(node, [lane])
    }
    return found
  }

  const leaderOf = ({ topic, partition }: PartitionFetch): string => metadata.leader(topic, partition) ?? unknownLeader

  const loadLeaders = async (): Promise<void> => {
    await metadata.load([...new Set([...fetches].map(({ topic }) => topic))])
    if (groupByLeader().has(unknownLeader)) await pause(100)
  }

  const fetchFrom = async (node: string, wanting: readonly PartitionFetch[], wait: number): Promise<void> => {
    const cluster = metadata.cluster()
    if (!cluster) return
    await cluster.refreshMetadataIfNecessary()
    const single = fetchAlone && wanting.includes(fetchAlone) ? fetchAlone : undefined
    const asked = single ? [single] : wanting
    const maxBytes = single ? fetchBytes.singlePartition : fetchBytes.perPartition
    const from = new Map(asked.map(lane => [lane, lane.position]))
    const topics = asked.map(({ topic, partition, position }) => ({
      topic,
      partitions: [{ partition, fetchOffset: String(position), maxBytes }],
    }))
    const broker = await cluster.findBroker({ nodeId: node })
    const response: { responses: { topicName: string; partitions: FetchedPartition[] }[] } = await broker.fetch({
      ...{ topics, isolationLevel: 1, minBytes: 1, maxWaitTime: wait },
      maxBytes: single ? fetchBytes.singlePartition : fetchBytes.perRequest,
    })
    failures = 0
    for (const { topicName, partitions } of response.responses)
      for (const fetched of partitions) {
        const lane = asked.find(({ topic, partition }) => topic === topicName && partition === fetched.partition)
        // A lane that was moved meanwhile, or removed, does not want what was at its old place.
        if (lane && fetches.has(lane) && lane.position === from.get(lane)) handleFetched(lane, fetched, lane === single)
      }
  }

  const handleFetched = (lane: PartitionFetch, fetched: FetchedPartition, wasAlone: boolean): void => {
    const { records, next } = committedRecords(lane.topic, lane.position, fetched)
    const end = Number(fetched.lastStableOffset)
    if (wasAlone) fetchAlone = undefined
    if (next > lane.position) advance(lane, records, next)
    // Asked alone and for plenty, and still no message below the end: only batches that compaction emptied are left.
    else if (end > lane.position && wasAlone) advance(lane, [], end)
    else if (end > lane.position) fetchAlone = lane
  }

  const advance = (lane: PartitionFetch, records: readonly LogRecord[], next: number): void => {
    lane.position = next
    lane.deliver(records, next)
  }

  const recover = async (error: unknown, wanting: readonly PartitionFetch[]): Promise<void> => {
    if (closing.signal.aborted) return
    const root = rootCause(error) as { name: string; topic?: string; partition?: number }
    const outside = wanting.find(({ topic, partition }) => topic === root.topic && partition === root.partition)
    if (root.name === 'KafkaJSOffsetOutOfRange' && outside) return resetToNearestOffset(outside).catch(() => pause(200))
    const fault = toFault(error, 'read from Kafka')
    if (fault.code === 'FLY_BUG' || fault.code === 'FLY_CONFIG' || root.name === 'KafkaJSNotImplemented') {
      for (const lane of wanting) {
        fetches.delete(lane)
        lane.fail(fault)
      }
      return
    }
    failures++
    if (failures % 8 === 4)
      settings.logger?.warn({ error: fault.message, failures }, 'kafka cannot be read, trying again')
    await pause(Math.min(1_000, 20 * 2 ** failures))
    await metadata.refresh()
  }

  /** Retention removed what was to come next, or the log was cut: the nearest offset that there is. */
  const resetToNearestOffset = async (lane: PartitionFetch): Promise<void> => {
    const { topic, partition, position } = lane
    const inside = await metadata.nearestOffset(topic, partition, position)
    settings.logger?.warn({ topic, partition, position, inside }, 'offset is outside of the log, moved')
    if (lane.position === position) advance(lane, [], inside)
  }

  const pause = (milliseconds: number): Promise<void> =>
    sleep(milliseconds, undefined, { signal: closing.signal }).catch(() => {})

  return {
    add(lane) {
      fetches.add(lane)
      changedAt = Date.now()
      schedule()
    },
    remove: lane => void fetches.delete(lane),
    schedule,
    async close() {
      closing.abort()
      fetches.clear()
      // Not worth waiting for what a broker holds back until there is something.
      client.close()
      await Promise.allSettled(inFlight.values())
      await metadata.close()
    },
  }
}
