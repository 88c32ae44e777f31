import type { Runtime } from '#runtime/host/open-runtime.ts'
import type { LogRecord } from '#runtime/log/event-log.ts'
import { topic } from '#topology/topic-names.ts'
import { residentMb } from '../runtime/cores.ts'
import { runLoad } from './load.ts'
import { measure, shapes } from './measure.ts'
import { createRequests } from './requests.ts'
import type { BenchServer } from './server.ts'

export type Overload = {
  readonly offeredTurnsPerSecond: number
  readonly acceptedTurnsPerSecond: number
  /** Requests by status; 0 means a broken connection. */
  readonly statuses: Readonly<Record<string, number>>
  /** Requests that waited because no connection was free. */
  readonly unsent: number
  readonly acknowledgedTurns: number
  readonly residentMb: { readonly before: number; readonly most: number; readonly after: number }
  /** At half the capacity, directly afterwards. */
  readonly recovery: { readonly turnsPerSecond: number; readonly p99: number; readonly refused: number }
}

/** Sends three times the capacity; `acknowledged` collects the ids that were answered with 200. */
export async function measureOverload(
  server: BenchServer,
  capacity: number,
  milliseconds: number,
  acknowledged: Set<string>,
): Promise<Overload> {
  const { turns, type } = shapes.array
  const statuses: Record<string, number> = {}
  const before = residentMb(server.pid)
  let most = before
  const watching = setInterval(() => {
    most = Math.max(most, residentMb(server.pid))
  }, 250)
  const { unsent } = await runLoad({
    ...{ url: server.url, path: '/v1/chat-logs', type, connections: 600, milliseconds },
    perSecond: (3 * capacity) / turns,
    nextRequest: createRequests(Date.now(), turns, 'array'),
    onAnswer(_shot, status, text) {
      statuses[status] = (statuses[status] ?? 0) + 1
      if (status === 200) for (const id of (JSON.parse(text) as { ids: string[] }).ids) acknowledged.add(id)
    },
  })
  clearInterval(watching)
  const acknowledgedTurns = acknowledged.size
  const recovery = await measure(server.url, 'array', 5_000, capacity / 2 / turns)
  return {
    offeredTurnsPerSecond: Math.round(3 * capacity),
    acceptedTurnsPerSecond: Math.round((acknowledgedTurns / milliseconds) * 1_000),
    ...{ statuses, unsent, acknowledgedTurns },
    residentMb: { before, most, after: residentMb(server.pid) },
    recovery,
  }
}

/** The ids that are not in the log. */
export async function countLost({ log, codec }: Runtime, ids: ReadonlySet<string>): Promise<number> {
  const left = new Set(ids)
  const note = async (records: readonly LogRecord[]): Promise<void> => {
    for (const { value } of records) if (value) left.delete((await codec.decode(topic.chatLogs, value)).id)
  }
  await log.read([topic.chatLogs], { from: 'beginning', follow: false }, note, new AbortController().signal)
  return left.size
}
