import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from '../../../core/faults.ts'
import type { LogRecord } from '../../event-log.ts'
import { createClient, type KafkaSettings } from '../connection/client.ts'
import { createView } from '../connection/cluster-metadata.ts'
import { rootOf, toFault } from '../faults.ts'
import { type FetchedPartition, readable } from './records.ts'

/** One partition that is being read. */
export type Lane = {
  readonly topic: string
  readonly partition: number
  /** The offset to fetch next. */
  position: number
  /** Whether there is room for more. */
  readonly wants: () => boolean
  readonly deliver: (records: readonly LogRecord[], next: number) => void
  readonly fail: (fault: Fault) => void
}

export type Fetcher = {
  readonly add: (lane: Lane) => void
  readonly remove: (lane: Lane) => void
  /** To be called when a lane wants again. */
  readonly schedule: () => void
  readonly close: () => Promise<void>
}

/** How long a broker holds a request that finds nothing, in ms: short while a lane may soon be added to the next one. */
const waits = { quiet: 250, lively: 20 } as const
const bytes = { lane: 1_048_576, request: 10_485_760, alone: 52_428_800 } as const
const nowhere = 'no leader known'

/**
 * Fetches committed records for any number of lanes, with one request at a time to each broker, and waits out what fails.
 * kafkajs's own consumer is not used for it: it never says how far a partition was read when the last offsets hold nothing
 * visible (transaction markers, aborted or compacted records), and it stands still before a batch that compaction emptied.
 */
export function createFetcher(settings: KafkaSettings): Fetcher {
  const client = createClient(settings)
  const lanes = new Set<Lane>()
  const busy = new Map<string, Promise<void>>()
  const closing = new AbortController()
  const view = createView(client)
  let changedAt = 0
  let failures = 0
  /** A lane that got nothing although there is something: asked for again without others that use up the request. */
  let alone: Lane | undefined

  const schedule = (): void => {
    if (closing.signal.aborted) return
    for (const [node, all] of byLeader()) {
      if (busy.has(node)) continue
      const wanting = all.filter(lane => lane.wants())
      if (wanting.length === 0) continue
      const lively = wanting.length < all.length || Date.now() - changedAt < 1_000
      const work = (node === nowhere ? locate() : fetchFrom(node, wanting, lively ? waits.lively : waits.quiet))
        .catch(error => recover(error, wanting))
        .finally(() => {
          busy.delete(node)
          schedule()
        })
      busy.set(node, work)
    }
  }

  const byLeader = (): Map<string, Lane[]> => {
    const found = new Map<string, Lane[]>()
    for (const lane of lanes) {
      const node = leader(lane)
      const others = found.get(node)
      if (others) others.push(lane)
      else found.set(node, [lane])
    }
    return found
  }

  const leader = ({ topic, partition }: Lane): string => view.leader(topic, partition) ?? nowhere

  const locate = async (): Promise<void> => {
    await view.locate([...new Set([...lanes].map(({ topic }) => topic))])
    if (byLeader().has(nowhere)) await pause(100)
  }

  const fetchFrom = async (node: string, wanting: readonly Lane[], wait: number): Promise<void> => {
    const cluster = view.cluster()
    if (!cluster) return
    await cluster.refreshMetadataIfNecessary()
    const single = alone && wanting.includes(alone) ? alone : undefined
    const asked = single ? [single] : wanting
    const maxBytes = single ? bytes.alone : bytes.lane
    const from = new Map(asked.map(lane => [lane, lane.position]))
    const topics = asked.map(({ topic, partition, position }) => ({
      topic,
      partitions: [{ partition, fetchOffset: String(position), maxBytes }],
    }))
    const broker = await cluster.findBroker({ nodeId: node })
    const response: { responses: { topicName: string; partitions: FetchedPartition[] }[] } = await broker.fetch({
      ...{ topics, isolationLevel: 1, minBytes: 1, maxWaitTime: wait },
      maxBytes: single ? bytes.alone : bytes.request,
    })
    failures = 0
    for (const { topicName, partitions } of response.responses)
      for (const fetched of partitions) {
        const lane = asked.find(({ topic, partition }) => topic === topicName && partition === fetched.partition)
        // A lane that was moved meanwhile, or removed, does not want what was at its old place.
        if (lane && lanes.has(lane) && lane.position === from.get(lane)) take(lane, fetched, lane === single)
      }
  }

  const take = (lane: Lane, fetched: FetchedPartition, wasAlone: boolean): void => {
    const { records, next } = readable(lane.topic, lane.position, fetched)
    const end = Number(fetched.lastStableOffset)
    if (wasAlone) alone = undefined
    if (next > lane.position) advance(lane, records, next)
    // Asked alone and for plenty, and still no message below the end: only batches that compaction emptied are left.
    else if (end > lane.position && wasAlone) advance(lane, [], end)
    else if (end > lane.position) alone = lane
  }

  const advance = (lane: Lane, records: readonly LogRecord[], next: number): void => {
    lane.position = next
    lane.deliver(records, next)
  }

  const recover = async (error: unknown, wanting: readonly Lane[]): Promise<void> => {
    if (closing.signal.aborted) return
    const root = rootOf(error) as { name: string; topic?: string; partition?: number }
    const outside = wanting.find(({ topic, partition }) => topic === root.topic && partition === root.partition)
    if (root.name === 'KafkaJSOffsetOutOfRange' && outside) return moveInside(outside).catch(() => pause(200))
    const fault = toFault(error, 'read from Kafka')
    if (fault.code === 'FLY_BUG' || fault.code === 'FLY_CONFIG' || root.name === 'KafkaJSNotImplemented') {
      for (const lane of wanting) {
        lanes.delete(lane)
        lane.fail(fault)
      }
      return
    }
    failures++
    if (failures % 8 === 4)
      settings.logger?.warn({ error: fault.message, failures }, 'kafka cannot be read, trying again')
    await pause(Math.min(1_000, 20 * 2 ** failures))
    await view.renew()
  }

  /** Retention removed what was to come next, or the log was cut: the nearest offset that there is. */
  const moveInside = async (lane: Lane): Promise<void> => {
    const { topic, partition, position } = lane
    const inside = await view.nearest(topic, partition, position)
    settings.logger?.warn({ topic, partition, position, inside }, 'offset is outside of the log, moved')
    if (lane.position === position) advance(lane, [], inside)
  }

  const pause = (milliseconds: number): Promise<void> =>
    sleep(milliseconds, undefined, { signal: closing.signal }).catch(() => {})

  return {
    add(lane) {
      lanes.add(lane)
      changedAt = Date.now()
      schedule()
    },
    remove: lane => void lanes.delete(lane),
    schedule,
    async close() {
      closing.abort()
      lanes.clear()
      // Not worth waiting for what a broker holds back until there is something.
      client.close()
      await Promise.allSettled(busy.values())
      await view.close()
    },
  }
}
