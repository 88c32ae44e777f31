import { decisionsTopic } from '#topology/derive/names.ts'
import { services } from '#topology/map.ts'
import type { ServiceName } from '#topology/types.ts'
import { requiredValue } from '../core/checked.ts'
import { Fault } from '../core/faults.ts'
import type { EventLog } from '../log/event-log.ts'
import { readPartition } from './read-partition.ts'

/**
 * The decisions of one partition to replay, by offset: those of [first, end) are the range; those of [start, first) are only repeated to
 * rebuild the state.
 */
export type DecisionRange = {
  readonly partition: number
  readonly start: number
  readonly first: number
  readonly end: number
}

/** Decisions that were appended in [since, until), in ms since 1970; null where there is no limit. */
export type TimeRange = { readonly since: number | null; readonly until: number | null }

/** Later than any record; brokers accept it as a time. */
const maxTimestamp = Number.MAX_SAFE_INTEGER

/**
 * The decisions in a range, by partition; partitions without any are left out. The state of a stateful service depends on all earlier
 * decisions, so it is rebuilt from the first one that is kept.
 */
export async function decisionRanges(
  log: EventLog,
  service: ServiceName,
  { since, until }: TimeRange,
): Promise<readonly DecisionRange[]> {
  const topic = decisionsTopic(service)
  if (!(await log.topics()).some(({ name }) => name === topic)) return []
  const offsetsAt = async (time: number): Promise<ReadonlyMap<number, number>> =>
    new Map((await log.positionsAt([topic], time)).map(({ partition, offset }) => [partition, offset]))
  const starts = await offsetsAt(0)
  const [firsts, ends] = await Promise.all([offsetsAt(since ?? 0), offsetsAt(until ?? maxTimestamp)])
  return Array.from(starts, ([partition, oldest]) => {
    const first = requiredValue(firsts, partition)
    return {
      ...{ partition, first, end: requiredValue(ends, partition) },
      start: services[service].stateful ? oldest : first,
    }
  })
    .filter(({ first, end }) => first < end)
    .sort((a, b) => a.partition - b.partition)
}

/** The fault of a range without decisions; it names the time of the first decision that is kept. */
export async function emptyRangeFault(
  log: EventLog,
  service: ServiceName,
  { since, until }: TimeRange,
): Promise<Fault> {
  const ranges = await decisionRanges(log, service, { since: null, until: null })
  const times = (await Promise.all(ranges.map(range => firstTime(log, service, range)))).flat()
  const when = `between ${since === null ? 'the beginning' : isoTime(since)} and ${until === null ? 'now' : isoTime(until)}`
  const instead =
    times.length === 0
      ? 'this log holds none at all: name another log with --home or --kafka'
      : `the first one kept is of ${isoTime(Math.min(...times))}: give another --since or --until`
  return new Fault('FLY_REPLAY', `${service} recorded no decisions ${when}; ${instead}`)
}

async function firstTime(log: EventLog, service: ServiceName, { partition, first }: DecisionRange): Promise<number[]> {
  const from = { topic: decisionsTopic(service), partition, offset: first }
  for await (const { timestamp } of readPartition(log, from, new AbortController().signal)) return [timestamp]
  return []
}

/** A time in ms since 1970 as ISO 8601. */
export const isoTime = (time: number): string => new Date(time).toISOString()
