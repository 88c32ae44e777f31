import { hourMs } from '#runtime/core/hours.ts'
import type { PartitionLag, Position } from '#runtime/log/event-log.ts'
import { servicesThat } from '#topology/derive/definitions.ts'
import { services } from '#topology/map.ts'
import type { ServiceName, TopicName } from '#topology/types.ts'

/** Hours that are shown, the current one included. */
export const shownHours = 24
/** Milliseconds after the end of an hour until its records are all acknowledged, in the log and consumed. */
const settlingMs = 60_000

/** The topics that ingest writes and that some service consumes, with these services. */
export const ingestTopics = services.ingest.writes.flatMap(topic => {
  const consumers = servicesThat('reads', topic)
  return consumers.length > 0 ? [{ topic, consumers }] : []
})

/** What ingest counted of a topic in an hour: records acknowledged, those of them in the log, and records written by others. */
export type IngestHour = {
  readonly topic: string
  readonly hour: number
  readonly accepted: number
  readonly logged: number
  readonly direct: number
}

/** Its `logged` and `direct` lack what was appended before `completeSince`, in ms since 1970; null where they lack nothing. */
export type IngestReport = { readonly completeSince: number | null; readonly hours: readonly IngestHour[] }

/**
 * A topic in an hour, named by its beginning in milliseconds since 1970. What ingest counted is null while it does not answer;
 * `logged` and `direct` also where it did not read the log so far back when it started.
 */
export type ReconciledHour = {
  readonly topic: TopicName
  readonly hour: number
  readonly accepted: number | null
  readonly logged: number | null
  readonly direct: number | null
  /** Offsets of the topic by append time: records, and transaction markers where writers use transactions. */
  readonly appended: number
  /** Of those, how many each service has consumed. */
  readonly consumed: Readonly<Partial<Record<ServiceName, number>>>
  /**
   * `equal`: all that was accepted is in the log, and all of the log is consumed. `lost`: less is in the log than was
   * accepted. `behind`: a service has not consumed all. `running`: too early to tell. `unknown`: ingest does not know.
   */
  readonly verdict: 'equal' | 'lost' | 'behind' | 'running' | 'unknown'
}

/** The positions at the beginning and at the end of an hour. */
export type HourBounds = { readonly hour: number; readonly from: readonly Position[]; readonly to: readonly Position[] }
export type ConsumerProgress = { readonly committed: readonly Position[]; readonly lag: readonly PartitionLag[] }

/** Compares what was accepted with what is in the log and what each service has consumed. Hours without a record are left out. */
export function reconcile(
  bounds: readonly HourBounds[],
  ingest: IngestReport | null,
  progress: ReadonlyMap<ServiceName, ConsumerProgress>,
  now: number,
): readonly ReconciledHour[] {
  return bounds.flatMap(({ hour, from, to }) =>
    ingestTopics.flatMap(({ topic, consumers }) => {
      const reported = ingest?.hours.find(one => one.topic === topic && one.hour === hour)
      const isLogRead = ingest !== null && hour >= (ingest.completeSince ?? 0)
      const ranges = from
        .filter(position => position.topic === topic)
        .map(({ partition, offset }) => ({ partition, start: offset, end: offsetIn(to, topic, partition) ?? offset }))
      const appended = sum(ranges.map(({ start, end }) => end - start))
      if (appended === 0 && !reported) return []
      const consumed = Object.fromEntries(
        consumers.map(name => [name, sum(ranges.map(range => consumedOf(progress.get(name), topic, range)))]),
      )
      const counts = {
        accepted: ingest && (reported?.accepted ?? 0),
        logged: isLogRead ? (reported?.logged ?? 0) : null,
        direct: isLogRead ? (reported?.direct ?? 0) : null,
        ...{ appended, consumed },
      }
      return [{ topic, hour, ...counts, verdict: verdictOf(counts, now - hour - hourMs > settlingMs) }]
    }),
  )
}

/** Records that were accepted and are not in the log, of an hour with the verdict `lost`; 0 for the others. */
export function lostRecords({ accepted, logged, verdict }: ReconciledHour): number {
  return verdict === 'lost' && accepted !== null && logged !== null ? accepted - logged : 0
}

type OffsetRange = { readonly partition: number; readonly start: number; readonly end: number }

function consumedOf(
  progress: ConsumerProgress | undefined,
  topic: string,
  { partition, start, end }: OffsetRange,
): number {
  if (!progress) return 0
  // There may be transaction markers after the last record: a consumer without lag has consumed all.
  const lag = progress.lag.find(one => one.topic === topic && one.partition === partition)
  const upTo = lag?.records === 0 ? end : (offsetIn(progress.committed, topic, partition) ?? start)
  return Math.min(Math.max(upTo, start), end) - start
}

function verdictOf(
  { accepted, logged, appended, consumed }: Omit<ReconciledHour, 'topic' | 'hour' | 'verdict'>,
  isSettled: boolean,
): ReconciledHour['verdict'] {
  if (accepted === null || logged === null) return 'unknown'
  const isConsumed = Object.values(consumed).every(records => records === appended)
  if (accepted <= logged && isConsumed) return 'equal'
  if (!isSettled) return 'running'
  return accepted > logged ? 'lost' : 'behind'
}

const offsetIn = (positions: readonly Position[], topic: string, partition: number): number | undefined =>
  positions.find(one => one.topic === topic && one.partition === partition)?.offset

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
