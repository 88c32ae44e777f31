import type { PartitionBounds, PartitionLag } from '#runtime/log/event-log.ts'
import { topicNames } from '#topology/derive/definitions.ts'
import { serviceLag } from '#topology/derive/service-lag.ts'
import type { ServiceName, TopicName } from '#topology/types.ts'
import type { AgentView } from './agent-view.ts'
import type { Freshness } from './freshness.ts'
import type { ReconciledHour } from './reconcile.ts'

export type ServiceView = {
  readonly name: ServiceName
  readonly lagRecords: number
  /** Age of the oldest record not consumed; 0 where there is none. */
  readonly lagSeconds: number
  readonly limitSeconds: number
  readonly ok: boolean
  /** Dead letters that are not re-driven yet; 10,000 stands for that or more. */
  readonly parked: number
}

export type TopicView = {
  readonly name: TopicName
  /** Offsets from its oldest record to its end: compaction and transaction markers leave some of them without a record. */
  readonly recordsAtMost: number
}

/** What `GET /v1/status` answers. */
export type Status = {
  readonly at: number
  /** Those that consume. Ingest, gateway and console consume nothing and have no lag. */
  readonly services: readonly ServiceView[]
  readonly freshness: Freshness
  readonly agents: readonly AgentView[]
  readonly topics: readonly TopicView[]
  /** Newest first: what was accepted, what the log has of it, and what was consumed. */
  readonly hours: readonly ReconciledHour[]
}

export function serviceView(
  name: ServiceName,
  partitions: readonly PartitionLag[],
  parked: number,
  now: number,
): ServiceView {
  const { records, seconds, limitSeconds, overLimit } = serviceLag(name, partitions, now)
  return { name, lagRecords: records, lagSeconds: seconds, limitSeconds, ok: !overLimit, parked }
}

export const topicViews = (bounds: readonly PartitionBounds[]): readonly TopicView[] =>
  topicNames.map(name => ({
    name,
    recordsAtMost: bounds.reduce((sum, { topic, begin, end }) => sum + (topic === name ? end - begin : 0), 0),
  }))
