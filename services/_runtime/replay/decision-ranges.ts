import { decisionsTopic } from '#topology/derive/names.ts'
import { services } from '#topology/map.ts'
import type { ServiceName } from '#topology/types.ts'
import { Fault } from '../core/faults.ts'
import type { EventLog } from '../log/event-log.ts'
import { readPartition } from './read-partition.ts'

/** Decisions of one partition: those from `first` up to `end` are the range, those from `start` on lead up to it. */
export type DecisionRange = {
  readonly partition: number
  readonly start: number
  readonly first: number
  readonly end: number
}

/** Append times of decisions, in ms since 1970: from `since` on, before `until`; null where there is no limit. */
export type TimeRange = { readonly since: number | null; readonly until: number | null }

/** No record is as late as this, and a broker still takes it for a time. */
const maxTimestamp = Number.MAX_SAFE_INTEGER

/**
 * The partitions that have decisions in a range. A service that remembers decides on all that it has seen, so it is led up to
 * the range from its first decision on.
 */
export async function decisionRanges(
  log: EventLog,
  service: ServiceName,
  { since, until }: TimeRange,
): Promise<readonly DecisionRange[]> {
  const topic = decisionsTopic(service)
  if (!(await log.topics()).some(({ name }) => name === topic)) return []
  const at = async (time: number): Promise<ReadonlyMap<number, number>> =>
    new Map((await log.positionsAt([topic], time)).map(({ partition, offset }) => [partition, offset]))
  const [starts, firsts, ends] = await Promise.all([at(0), at(since ?? 0), at(until ?? maxTimestamp)])
  return Array.from(firsts, ([partition, first]) => ({
    ...{ partition, first, end: ends.get(partition) ?? first },
    start: services[service].stateful ? (starts.get(partition) ?? first) : first,
  }))
    .filter(({ first, end }) => first < end)
    .sort((a, b) => a.partition - b.partition)
}

/** Why a range without decisions is refused, with what there is instead. */
export async function emptyRangeFault(
  log: EventLog,
  service: ServiceName,
  { since, until }: TimeRange,
): Promise<Fault> {
  const spans = await decisionRanges(log, service, { since: null, until: null })
  const times = (await Promise.all(spans.map(span => firstTime(log, service, span)))).flat()
  const when = `between ${since === null ? 'the beginning' : isoTime(since)} and ${until === null ? 'now' : isoTime(until)}`
  const instead =
    times.length === 0
      ? 'this log holds none at all: name another with --home or --kafka'
      : `the first one kept is of ${isoTime(Math.min(...times))}: give another --since or --until`
  return new Fault('FLY_REPLAY', `${service} recorded no facts of a decision ${when}; ${instead}`)
}

async function firstTime(log: EventLog, service: ServiceName, { partition, first }: DecisionRange): Promise<number[]> {
  const from = { topic: decisionsTopic(service), partition, offset: first }
  for await (const { timestamp } of readPartition(log, from, new AbortController().signal)) return [timestamp]
  return []
}

/** A time for people, in ms since 1970. */
export const isoTime = (time: number): string => new Date(time).toISOString()
