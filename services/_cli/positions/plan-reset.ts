import { Fault } from '#runtime/core/faults.ts'
import { type ServicePosition, servicePositions } from '#runtime/host/positions.ts'
import type { EventLog } from '#runtime/log/event-log.ts'
import { offsetsByPartition, partitionKey } from '#runtime/log/positions.ts'
import { consumedTopics } from '#topology/derive/definitions.ts'
import type { ServiceName } from '#topology/types.ts'
import { parseTime } from '../parse-time.ts'

/** Where to go on, and in which of the partitions. `to` is the text of the option. */
export type ResetRequest = { readonly to: string; readonly topic?: string; readonly partition?: number }

/** A new position, and how many offsets it skips or decides again. */
export type PlannedReset = Pick<ServicePosition, 'topic' | 'partition' | 'committed' | 'problem'> & {
  readonly to: number
  readonly skipped: number
  readonly repeated: number
}

/** The new positions of a service. `now` in ms since 1970. FLY_USAGE, naming the option, for what cannot be. */
export async function planReset(
  log: EventLog,
  service: ServiceName,
  request: ResetRequest,
  now: number,
): Promise<readonly PlannedReset[]> {
  const selected = selectPartitions(service, await servicePositions(log, service), request)
  const target = await findTarget(log, service, request, now)
  return selected.map(position => {
    const { topic, partition, committed, begin, problem } = position
    const to = target(position)
    // Without a position, or with one that is not in the log, all that the log has is not decided.
    const from = committed === null || problem ? begin : committed
    const counts = { skipped: Math.max(0, to - from), repeated: Math.max(0, from - to) }
    return { topic, partition, committed, to, ...counts, ...(problem && { problem }) }
  })
}

function selectPartitions(
  service: ServiceName,
  positions: readonly ServicePosition[],
  { topic, partition }: ResetRequest,
): readonly ServicePosition[] {
  const topics = consumedTopics(service)
  if (topic !== undefined && !topics.includes(topic))
    throw new Fault('FLY_USAGE', `--topic ${topic}: ${service} consumes ${topics.join(', ')}`)
  const ofTopic = positions.filter(one => topic === undefined || one.topic === topic)
  const found = ofTopic.filter(one => partition === undefined || one.partition === partition)
  if (found.length > 0) return found
  const last = Math.max(...ofTopic.map(one => one.partition))
  throw new Fault('FLY_USAGE', `--partition ${partition}: ${topic ?? `each topic of ${service}`} has 0 to ${last}`)
}

/** The function that gives the new offset of a partition. */
async function findTarget(
  log: EventLog,
  service: ServiceName,
  { to, topic, partition }: ResetRequest,
  now: number,
): Promise<(position: ServicePosition) => number> {
  if (to === 'beginning') return ({ begin }) => begin
  if (to === 'end') return ({ end }) => end
  if (/^\d+$/.test(to)) {
    if (topic === undefined || partition === undefined)
      throw new Fault('FLY_USAGE', `--to ${to} is an offset: give --topic and --partition, the only one it can be in`)
    return ({ begin, end }) => {
      const offset = Number(to)
      if (offset >= begin && offset <= end) return offset
      throw new Fault(
        'FLY_USAGE',
        `--to ${to}: ${partitionKey({ topic, partition })} has the offsets ${begin} to ${end}`,
      )
    }
  }
  const time = parseTargetTime(to, now)
  const offsets = offsetsByPartition(await log.positionsAt(consumedTopics(service), time))
  return position => offsets.get(partitionKey(position)) ?? position.end
}

function parseTargetTime(to: string, now: number): number {
  try {
    return parseTime('--to', to, now)
  } catch (error) {
    const message = `--to ${to.slice(0, 40)}: give beginning, end, an offset, or a time such as 2026-11-24T10:00:00Z, 2026-11-24 or 2h for two hours ago`
    throw new Fault('FLY_USAGE', message, {}, error)
  }
}
