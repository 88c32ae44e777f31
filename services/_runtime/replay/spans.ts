import { decisionsTopic } from '#topology/derive/names.ts'
import { services } from '#topology/map.ts'
import type { ServiceName } from '#topology/types.ts'
import { Fault } from '../core/faults.ts'
import type { EventLog } from '../log/event-log.ts'
import { pull } from './pull.ts'

/** Decisions of one partition: those from `first` up to `end` are the range, those from `start` on lead up to it. */
export type Span = { readonly partition: number; readonly start: number; readonly first: number; readonly end: number }

/** Append times of decisions, in ms since 1970: from `since` on, before `until`; null where there is no limit. */
export type Range = { readonly since: number | null; readonly until: number | null }

/** No record is as late as this, and a broker still takes it for a time. */
const never = Number.MAX_SAFE_INTEGER

/**
 * The partitions that have decisions in a range. A service that remembers decides on all that it has seen, so it is led up to
 * the range from its first decision on.
 */
export async function spansOf(log: EventLog, service: ServiceName, { since, until }: Range): Promise<readonly Span[]> {
  const topic = decisionsTopic(service)
  if (!(await log.topics()).some(({ name }) => name === topic)) return []
  const at = async (time: number): Promise<ReadonlyMap<number, number>> =>
    new Map((await log.positionsAt([topic], time)).map(({ partition, offset }) => [partition, offset]))
  const [starts, firsts, ends] = await Promise.all([at(0), at(since ?? 0), at(until ?? never)])
  return Array.from(firsts, ([partition, first]) => ({
    ...{ partition, first, end: ends.get(partition) ?? first },
    start: services[service].remembers ? (starts.get(partition) ?? first) : first,
  }))
    .filter(({ first, end }) => first < end)
    .sort((a, b) => a.partition - b.partition)
}

/** Why a range without decisions is refused, with what there is instead. */
export async function nothingIn(log: EventLog, service: ServiceName, { since, until }: Range): Promise<Fault> {
  const spans = await spansOf(log, service, { since: null, until: null })
  const times = (await Promise.all(spans.map(span => firstTime(log, service, span)))).flat()
  const when = `between ${since === null ? 'the beginning' : iso(since)} and ${until === null ? 'now' : iso(until)}`
  const instead =
    times.length === 0
      ? 'this log holds none at all: name another with --home or --kafka'
      : `the first one kept is of ${iso(Math.min(...times))}: give another --since or --until`
  return new Fault('FLY_REPLAY', `${service} recorded no facts of a decision ${when}; ${instead}`)
}

async function firstTime(log: EventLog, service: ServiceName, { partition, first }: Span): Promise<number[]> {
  const from = { topic: decisionsTopic(service), partition, offset: first }
  for await (const { timestamp } of pull(log, from, new AbortController().signal)) return [timestamp]
  return []
}

/** A time for people, in ms since 1970. */
export const iso = (time: number): string => new Date(time).toISOString()
