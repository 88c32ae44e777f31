import type { PartitionLag, Position } from '#runtime/log/event-log.ts'
import { services } from '#topology/map.ts'
import type { ServiceName, TopicName } from '#topology/types.ts'

export const hourMs = 3_600_000
/** Hours that are shown, the one that runs included. */
export const shownHours = 24
/** When the records of an hour are all answered, logged and followed, in milliseconds after its end. */
const settlingMs = 60_000

/** The topics that records come into the wheel by, and who consumes each. */
export const ingestTopics = services.ingest.writes.flatMap(topic => {
  const groups = (Object.keys(services) as ServiceName[]).filter(name => topicsReadBy(name).includes(topic))
  return groups.length > 0 ? [{ topic, groups }] : []
})

function topicsReadBy(name: ServiceName): readonly TopicName[] {
  return services[name].reads
}

/** What ingest says of a topic in an hour: acknowledged, in the log of what came over HTTP, and written by others. */
export type IngestHour = {
  readonly topic: string
  readonly hour: number
  readonly accepted: number
  readonly logged: number
  readonly direct: number
}

/** A topic in an hour, by its beginning in milliseconds since 1970. Of what ingest says, null while it does not answer. */
export type ReconciledHour = {
  readonly topic: TopicName
  readonly hour: number
  readonly accepted: number | null
  readonly logged: number | null
  readonly direct: number | null
  /** Offsets of the topic by append time: records, and where writers use transactions their markers. */
  readonly appended: number
  /** Of those, how many each group has consumed. */
  readonly consumed: Readonly<Partial<Record<ServiceName, number>>>
  /**
   * `equal`: all that was accepted is in the log, and all of the log is consumed. `lost`: less is in the log than was
   * accepted. `behind`: a group has not consumed all. `running`: too soon to say. `unknown`: ingest does not answer.
   */
  readonly verdict: 'equal' | 'lost' | 'behind' | 'running' | 'unknown'
}

/** Where the records of an hour lie: the positions at its beginning and at its end. */
export type HourBounds = { readonly hour: number; readonly from: readonly Position[]; readonly to: readonly Position[] }
export type GroupProgress = { readonly committed: readonly Position[]; readonly lag: readonly PartitionLag[] }

/** Sets what was accepted against what is in the log and what each group has consumed; hours without a record are left out. */
export function reconcile(
  bounds: readonly HourBounds[],
  ingest: readonly IngestHour[] | null,
  groups: ReadonlyMap<ServiceName, GroupProgress>,
  now: number,
): readonly ReconciledHour[] {
  return bounds.flatMap(({ hour, from, to }) =>
    ingestTopics.flatMap(({ topic, groups: readers }) => {
      const reported = ingest?.find(one => one.topic === topic && one.hour === hour)
      const of = (stage: 'accepted' | 'logged' | 'direct'): number | null => ingest && (reported?.[stage] ?? 0)
      const spans = from
        .filter(position => position.topic === topic)
        .map(({ partition, offset }) => ({ partition, start: offset, end: offsetIn(to, topic, partition) ?? offset }))
      const appended = sum(spans.map(({ start, end }) => end - start))
      const consumed = Object.fromEntries(
        readers.map(name => [name, sum(spans.map(span => consumedOf(groups.get(name), topic, span)))]),
      )
      if (appended === 0 && !reported) return []
      const numbers = { accepted: of('accepted'), logged: of('logged'), direct: of('direct'), appended, consumed }
      return [{ topic, hour, ...numbers, verdict: verdictOf(numbers, now - hour - hourMs > settlingMs) }]
    }),
  )
}

type OffsetRange = { readonly partition: number; readonly start: number; readonly end: number }

function consumedOf(group: GroupProgress | undefined, topic: string, { partition, start, end }: OffsetRange): number {
  if (!group) return 0
  // Behind the last record there may be transaction markers: who is not behind has consumed all.
  const lag = group.lag.find(one => one.topic === topic && one.partition === partition)
  const upTo = lag?.records === 0 ? end : (offsetIn(group.committed, topic, partition) ?? start)
  return Math.min(Math.max(upTo, start), end) - start
}

function verdictOf(
  { accepted, logged, appended, consumed }: Omit<ReconciledHour, 'topic' | 'hour' | 'verdict'>,
  isSettled: boolean,
): ReconciledHour['verdict'] {
  const isConsumed = Object.values(consumed).every(records => records === appended)
  if (accepted === null || logged === null) return 'unknown'
  if (accepted <= logged && isConsumed) return 'equal'
  if (!isSettled) return 'running'
  return accepted > logged ? 'lost' : 'behind'
}

const offsetIn = (positions: readonly Position[], topic: string, partition: number): number | undefined =>
  positions.find(one => one.topic === topic && one.partition === partition)?.offset

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
