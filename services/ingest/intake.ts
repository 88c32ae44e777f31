import { Counter } from 'prom-client'
import { hourOf } from '#runtime/core/hours.ts'
import type { FollowedEvent, HttpApiContext, UnreadableRecord } from '#runtime/service.ts'
import type { CallProblemKind, ChatLogged } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'
import type { EventOf } from '#topology/types.ts'
import { type AcceptedCounts, type HourlyCounts, isRetained } from './accepted-counts.ts'
import { contentHash } from './content.ts'
import { createRecentIds } from './recent-ids.ts'

export type IngestTopic = typeof topic.chatLogs | typeof topic.escalations | typeof topic.feedback
export const ingestTopics: readonly IngestTopic[] = [topic.chatLogs, topic.escalations, topic.feedback]

type IngestOutcome = 'accepted' | 'duplicate' | 'refused'

type IngestRecord = Exclude<FollowedEvent<'ingest'>, { readonly topic: typeof topic.agents }>

const isIngestTopic = (name: string): name is IngestTopic => ingestTopics.some(one => one === name)

/** Header of every record that came over HTTP: the time of its arrival, in milliseconds since 1970. */
const arrivalHeader = 'ingested-at'

const recordCounter = new Counter({
  name: 'flywheel_ingest_records_total',
  help: 'Records sent to ingest, by topic and outcome.',
  labelNames: ['kind', 'outcome'],
})

const redactionCounter = new Counter({
  name: 'flywheel_redactions_total',
  help: 'Values that ingest replaced by pseudonyms in accepted records, by kind.',
  labelNames: ['kind'],
})

const refusalCounter = new Counter({
  name: 'flywheel_ingest_refused_total',
  help: 'Records that ingest refused, by topic and reason.',
  labelNames: ['kind', 'reason'],
})

const callProblemCounter = new Counter({
  name: 'flywheel_ingest_call_problems_total',
  help: 'What is wrong with calls of accepted turns, against the tool catalogue of their agent, by kind.',
  labelNames: ['kind'],
})

/** Records of a topic in an hour of arrival. The hour is its beginning, in milliseconds since 1970. */
export type HourlyTopicCounts = {
  readonly topic: IngestTopic
  readonly hour: number
  /** Acknowledged to senders. */
  readonly accepted: number
  /** Came over HTTP and are in the log; more than accepted where an append succeeded and its response was not sent. */
  readonly logged: number
  /** Written to the log by others, by the hour of the append; also those that are no event. */
  readonly direct: number
}

/** `logged` and `direct` lack what was appended before `completeSince`, in ms since 1970; null where they lack nothing. */
export type HoursInLog = { readonly completeSince: number | null; readonly hours: readonly HourlyTopicCounts[] }

/** Ids of one request that are remembered until they are in the log: at least as many as are appended together. */
const maxRemembered = 1_000

/** Appends events to the log, each id once, and counts what was acknowledged and what the log has. */
export function createIntake(append: HttpApiContext<'ingest'>['append'], acceptedCounts: AcceptedCounts) {
  const recentIds = createRecentIds()
  const counts: Record<IngestTopic, Record<IngestOutcome, number>> = {
    [topic.chatLogs]: { accepted: 0, duplicate: 0, refused: 0 },
    [topic.escalations]: { accepted: 0, duplicate: 0, refused: 0 },
    [topic.feedback]: { accepted: 0, duplicate: 0, refused: 0 },
  }
  const refusals = new Map<string, number>()
  const callProblems: Record<CallProblemKind, number> = { unknownTool: 0, notJson: 0, schema: 0 }
  const logged = new Map<number, Record<string, number>>()
  const direct = new Map<number, Record<string, number>>()
  let completeSince: number | null = null

  const countInLog = ({ topic: name, timestamp, headers }: UnreadableRecord, now: number): void => {
    const arrived = headers[arrivalHeader]
    const hour = hourOf(arrived === undefined ? timestamp : Number(arrived))
    if (isRetained(hour, now)) addOne(arrived === undefined ? direct : logged, hour, name)
  }
  const count = (name: IngestTopic, outcome: IngestOutcome, records: number): void => {
    counts[name][outcome] += records
    recordCounter.inc({ kind: name, outcome }, records)
  }

  const countCallProblems = ({ steps }: ChatLogged): void => {
    for (const { kind } of steps.flatMap(({ problems }) => problems)) {
      callProblems[kind]++
      callProblemCounter.inc({ kind })
    }
  }

  return {
    /** Appends the events with new ids. Resolves with their number once they are durable. */
    async accept<T extends IngestTopic>(name: T, events: readonly EventOf<T>[], now: number): Promise<number> {
      const byKey = new Map<string, EventOf<T>>()
      for (const event of events) {
        const key = keyOf(name, event)
        if (!byKey.has(key)) byKey.set(key, event)
      }
      const accepted = await recentIds.appendNew(
        byKey,
        async fresh => {
          await append(name, fresh, { [arrivalHeader]: String(now) })
          acceptedCounts.add(name, hourOf(now), fresh.length)
          for (const event of fresh) {
            for (const redaction of event.redactions) redactionCounter.inc({ kind: redaction.kind }, redaction.count)
            if ('steps' in event) countCallProblems(event)
          }
        },
        contentHash,
      )
      count(name, 'accepted', accepted)
      count(name, 'duplicate', events.length - accepted)
      return accepted
    },
    /** For one request: whether an event has other content than the record with its id in the log, or before it in the request. */
    otherContentCheck<T extends IngestTopic>(name: T): (event: EventOf<T>) => boolean {
      const seen = new Map<string, number>()
      return event => {
        const key = keyOf(name, event)
        const content = contentHash(event)
        const first = recentIds.contentOf(key) ?? seen.get(key)
        if (first !== undefined) return first !== content
        seen.set(key, content)
        const [oldest] = seen.keys()
        if (oldest !== undefined && seen.size > maxRemembered) seen.delete(oldest)
        return false
      }
    },
    countRefused(name: IngestTopic, records: number, reason: string): void {
      count(name, 'refused', records)
      refusals.set(reason, (refusals.get(reason) ?? 0) + records)
      refusalCounter.inc({ kind: name, reason }, records)
    },
    onRecord(record: IngestRecord, now: number): void {
      recentIds.add(keyOf(record.topic, record.event), () => contentHash(record.event))
      countInLog(record, now)
    },
    /** A record that ingest did not write, since it has no event. */
    onUnreadable(record: UnreadableRecord, now: number): void {
      if (isIngestTopic(record.topic)) countInLog(record, now)
    },
    /** Records that were appended before this time are not counted. */
    onLeftOut(since: number): void {
      completeSince = since
    },
    counts,
    callProblems,
    /** Refused records by reason. */
    refusals: (): Readonly<Record<string, number>> => Object.fromEntries(refusals),
    /** Newest first. Hours without a record are left out. */
    hours(now: number): HoursInLog {
      const accepted = acceptedCounts.read()
      const known = [...new Set([...accepted.keys(), ...logged.keys(), ...direct.keys()])].sort((a, b) => b - a)
      const hours = known
        .filter(hour => isRetained(hour, now))
        .flatMap(hour =>
          ingestTopics.flatMap(name => {
            const countIn = (hourly: HourlyCounts): number => hourly.get(hour)?.[name] ?? 0
            const records = { accepted: countIn(accepted), logged: countIn(logged), direct: countIn(direct) }
            return Object.values(records).some(number => number > 0) ? [{ topic: name, hour, ...records }] : []
          }),
        )
      return { completeSince, hours }
    },
  }
}

function addOne(hourly: Map<number, Record<string, number>>, hour: number, name: string): void {
  const counts = hourly.get(hour) ?? {}
  counts[name] = (counts[name] ?? 0) + 1
  hourly.set(hour, counts)
}

/**
 * Senders choose the ids, so topic and agent belong to the key: no agent can make another's record a duplicate. `join` makes one flat
 * string: a template would keep its parts in memory, which doubles what the ids need.
 */
const keyOf = (name: IngestTopic, { agent, id }: { readonly agent: string; readonly id: string }): string =>
  [name, agent, id].join('/')
