import { Counter } from 'prom-client'
import type { FollowedEvent, HttpApiContext } from '#runtime/service.ts'
import { topic } from '#topology/topic-names.ts'
import type { EventOf } from '#topology/types.ts'
import { type AcceptedCounts, type HourlyCounts, hourOf, isRetained } from './accepted-counts.ts'
import { createRecentIds } from './recent-ids.ts'

export type IngestTopic = typeof topic.chatLogs | typeof topic.escalations | typeof topic.feedback
export const ingestTopics: readonly IngestTopic[] = [topic.chatLogs, topic.escalations, topic.feedback]

type IngestOutcome = 'accepted' | 'duplicate' | 'refused'

type IngestRecord = Exclude<FollowedEvent<'ingest'>, { readonly topic: typeof topic.agents }>

/** Header of every record that came over HTTP: when, in milliseconds since 1970. */
const arrivalHeader = 'ingested-at'

const recordCounter = new Counter({
  name: 'flywheel_ingest_records_total',
  help: 'Records sent to ingest, by what became of them.',
  labelNames: ['kind', 'outcome'],
})

const redactionCounter = new Counter({
  name: 'flywheel_redactions_total',
  help: 'Values that ingest replaced by pseudonyms in accepted records, by kind.',
  labelNames: ['kind'],
})

/** Records of a topic in an hour of arrival, milliseconds since 1970 at its beginning. */
export type HourlyTopicCounts = {
  readonly topic: IngestTopic
  readonly hour: number
  /** Acknowledged to senders. */
  readonly accepted: number
  /** Of those that came over HTTP, how many lie in the log; more than accepted where an answer was not given. */
  readonly logged: number
  /** Written to the log by others, by the hour in which they were. */
  readonly direct: number
}

/** Brings events into the log, each id once, and counts them on both sides: what was acknowledged, and what the log has. */
export function createIntake(append: HttpApiContext<'ingest'>['append'], acceptedCounts: AcceptedCounts) {
  const recentIds = createRecentIds()
  const counts: Record<IngestTopic, Record<IngestOutcome, number>> = {
    [topic.chatLogs]: { accepted: 0, duplicate: 0, refused: 0 },
    [topic.escalations]: { accepted: 0, duplicate: 0, refused: 0 },
    [topic.feedback]: { accepted: 0, duplicate: 0, refused: 0 },
  }
  const logged = new Map<number, Record<string, number>>()
  const direct = new Map<number, Record<string, number>>()

  const count = (kind: IngestTopic, outcome: IngestOutcome, by: number): void => {
    counts[kind][outcome] += by
    recordCounter.inc({ kind, outcome }, by)
  }

  return {
    /** Appends those that are new, and answers how many were. What it resolves for is durable. */
    async accept<T extends IngestTopic>(kind: T, events: readonly EventOf<T>[], now: number): Promise<number> {
      const byKey = new Map<string, EventOf<T>>()
      for (const event of events) {
        const key = keyOf(kind, event)
        if (!byKey.has(key)) byKey.set(key, event)
      }
      const accepted = await recentIds.appendNew(byKey, async fresh => {
        await append(kind, fresh, { [arrivalHeader]: String(now) })
        acceptedCounts.add(kind, hourOf(now), fresh.length)
        for (const event of fresh)
          for (const redaction of event.redactions) redactionCounter.inc({ kind: redaction.kind }, redaction.count)
      })
      count(kind, 'accepted', accepted)
      count(kind, 'duplicate', events.length - accepted)
      return accepted
    },
    countRefused: (kind: IngestTopic, by: number): void => count(kind, 'refused', by),
    onRecord({ topic: kind, event, timestamp, headers }: IngestRecord, now: number): void {
      recentIds.add(keyOf(kind, event))
      const arrived = headers[arrivalHeader]
      const hour = hourOf(arrived === undefined ? timestamp : Number(arrived))
      if (isRetained(hour, now)) countRecord(arrived === undefined ? direct : logged, hour, kind)
    },
    counts,
    /** Newest first; hours without a record are left out. */
    hours(now: number): readonly HourlyTopicCounts[] {
      const accepted = acceptedCounts.read()
      const beginnings = [...new Set([...accepted.keys(), ...logged.keys(), ...direct.keys()])].sort((a, b) => b - a)
      return beginnings
        .filter(hour => isRetained(hour, now))
        .flatMap(hour =>
          ingestTopics.flatMap(kind => {
            const of = (hours: HourlyCounts): number => hours.get(hour)?.[kind] ?? 0
            const numbers = { accepted: of(accepted), logged: of(logged), direct: of(direct) }
            return Object.values(numbers).some(number => number > 0) ? [{ topic: kind, hour, ...numbers }] : []
          }),
        )
    },
  }
}

export type Intake = ReturnType<typeof createIntake>

function countRecord(hours: Map<number, Record<string, number>>, hour: number, kind: IngestTopic): void {
  const counts = hours.get(hour) ?? {}
  counts[kind] = (counts[kind] ?? 0) + 1
  hours.set(hour, counts)
}

/** Ids are the sender's: they are told apart by kind and agent, so that no agent can shadow another's. */
const keyOf = (kind: IngestTopic, { agent, id }: { readonly agent: string; readonly id: string }): string =>
  `${kind}/${agent}/${id}`
