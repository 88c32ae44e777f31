import { runLoad } from './load.ts'
import { createRequests } from './requests.ts'

/** Format and size of requests, and the number of connections. */
export const shapes = {
  one: { turns: 1, connections: 32, type: 'application/json' },
  array: { turns: 100, connections: 8, type: 'application/json' },
  ndjson: { turns: 1_000, connections: 4, type: 'application/x-ndjson' },
} as const
export type Shape = keyof typeof shapes

/** Acknowledged turns/s; milliseconds from sending a request to its answer. */
export type Throughput = {
  readonly turnsPerSecond: number
  readonly p50: number
  readonly p99: number
  readonly refused: number
}

const warmUpMs = 3_000

/** Each connection sends when it has its answer (closed loop), or all together send `perSecond` requests (open loop). */
export async function measure(
  url: string,
  shape: Shape,
  milliseconds: number,
  perSecond?: number,
): Promise<Throughput> {
  const { turns, connections, type } = shapes[shape]
  const from = performance.now() + warmUpMs
  const to = from + milliseconds
  const took: number[] = []
  let accepted = 0
  let refused = 0
  await runLoad({
    ...{ url, path: '/v1/chat-logs', type, connections, milliseconds: warmUpMs + milliseconds },
    ...(perSecond !== undefined && { perSecond }),
    nextRequest: createRequests(Date.now(), turns, shape),
    onAnswer(shot, status, _text, tookMs) {
      const now = performance.now()
      if (now < from || now > to) return
      if (status !== 200) refused++
      else {
        accepted += shot.turns
        took.push(tookMs)
      }
    },
  })
  took.sort((a, b) => a - b)
  const at = (share: number): number => Number((took[Math.floor(took.length * share)] ?? Number.NaN).toFixed(1))
  return { turnsPerSecond: Math.round((accepted / milliseconds) * 1_000), p50: at(0.5), p99: at(0.99), refused }
}
