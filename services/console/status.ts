import type { PartitionBounds, PartitionLag } from '#runtime/log/event-log.ts'
import type { SkippedRecords } from '#runtime/service.ts'
import { topicNames } from '#topology/derive/definitions.ts'
import { serviceLag } from '#topology/derive/service-lag.ts'
import type { ServiceName, TopicName } from '#topology/types.ts'
import type { AgentView } from './agent-view.ts'
import type { Freshness } from './freshness.ts'
import type { LostPositionView } from './lost-positions.ts'
import type { ReconciledHour } from './reconcile.ts'

type UnresolvedCount = { readonly topic: string; readonly records: number }

export type ServiceView = {
  readonly name: ServiceName
  readonly lagRecords: number
  /** Age of the oldest record not consumed; 0 where there is none. */
  readonly lagSeconds: number
  readonly limitSeconds: number
  readonly ok: boolean
  /** Dead letters that are neither re-driven nor discarded; 10,000 stands for that or more. */
  readonly unresolved: number
  /** The same by the topic of the refused records. */
  readonly unresolvedByTopic: readonly UnresolvedCount[]
}

export type TopicView = {
  readonly name: TopicName
  /** Offsets from its oldest record to its end: compaction and transaction markers leave some of them without a record. */
  readonly recordsAtMost: number
}

/** What the log and ingest said at a time, in ms since 1970. */
export type LogState = {
  readonly at: number
  /** Those that consume. Ingest, gateway and console consume nothing and have no lag. */
  readonly services: readonly ServiceView[]
  readonly topics: readonly TopicView[]
  /** Records on the way to a score that wait for longer than the freshness objective allows. */
  readonly overdue: number
  /** Newest first: what was accepted, what the log has of it, and what was consumed. */
  readonly hours: readonly ReconciledHour[]
}

/** Why the log does not answer, and how old the state is that is shown. */
export type Outage = { readonly reason: string; readonly ageSeconds: number }

/** What `GET /v1/status` answers: with 200, or with 503 and the last known state of the log during an outage. */
export type Status = LogState & {
  readonly outage: Outage | null
  readonly freshness: Freshness
  /** Records that services skipped or decided again, newest first. */
  readonly lostPositions: readonly LostPositionView[]
  /** Records of the topics that the console follows that cannot be decoded. Services that follow the same topics have skipped them too. */
  readonly skipped: readonly SkippedRecords[]
  readonly agents: readonly AgentView[]
  /** Scores that were appended before this time, in ms since 1970, are not in the quality of agents; null: all are that are kept. */
  readonly scoresSince: number | null
}

export function serviceView(
  name: ServiceName,
  partitions: readonly PartitionLag[],
  unresolvedByTopic: readonly UnresolvedCount[],
  now: number,
): ServiceView {
  const { records, seconds, limitSeconds, overLimit } = serviceLag(name, partitions, now)
  const unresolved = unresolvedByTopic.reduce((sum, count) => sum + count.records, 0)
  return {
    ...{ name, lagRecords: records, lagSeconds: seconds, limitSeconds, ok: !overLimit },
    ...{ unresolved, unresolvedByTopic },
  }
}

export const topicViews = (bounds: readonly PartitionBounds[]): readonly TopicView[] =>
  topicNames.map(name => ({
    name,
    recordsAtMost: bounds.reduce((sum, { topic, begin, end }) => sum + (topic === name ? end - begin : 0), 0),
  }))
