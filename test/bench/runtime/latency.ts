import { setTimeout as pause } from 'node:timers/promises'
import type { LogRecord } from '#runtime/log/event-log.ts'
import { waitUntil } from '#test/support/wait-until.ts'
import { topic } from '#topology/topic-names.ts'
import type { BenchCluster } from './bench-cluster.ts'
import type { Contender } from './contenders.ts'
import type { Cores } from './cores.ts'
import { startPeer } from './peer.ts'
import { createTurns } from './records.ts'

/** Milliseconds from the creation of a record until its committed output is read. */
export type Latency = { readonly p50: number; readonly p95: number; readonly p99: number; readonly records: number }

/** 500 records a second. */
const tick = { milliseconds: 10, records: 5 } as const
/** Node, Java and the broker compile hot code during the first seconds. */
const warmUpMs = 20_000

/** Sends 500 records/s at fixed times (open loop), and measures those after the warm-up. */
export async function measureLatency(
  stage: BenchCluster,
  { group, command }: Contender,
  cores: Cores,
  milliseconds: number,
): Promise<Latency> {
  const { log, codec } = stage.world
  await stage.setGroupOffsets(group, 'end')
  let from = Number.POSITIVE_INFINITY
  const took: number[] = []
  const ending = new AbortController()
  const reading = follow(stage, ending.signal, (at, now) => at >= from && took.push(now - at))
  await reading.begun
  const peer = startPeer(command, cores)
  try {
    const turnOf = createTurns(Date.now())
    let sent = 0
    let counted = 0
    const sender = everyTick(ending.signal, () => {
      const at = Date.now()
      const turns = Array.from({ length: tick.records }, () => turnOf(sent++, at))
      if (at >= from) counted += turns.length
      return log.append(turns.map(turn => codec.record(topic.chatLogs, turn)))
    })
    await Promise.race([peer.first, sender, reading.ended])
    await pause(warmUpMs)
    from = Date.now()
    await pause(milliseconds)
    const to = counted
    await waitUntil('each record has its output', () => took.length >= to)
    const measured = took.slice(0, to).sort((a, b) => a - b)
    const at = (share: number): number => measured[Math.floor(measured.length * share)] ?? Number.NaN
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99), records: to }
  } finally {
    ending.abort()
    await Promise.all([peer.stop(), reading.ended])
  }
}

/** Calls at fixed times; calls that a slow one has delayed follow at once. */
async function everyTick(signal: AbortSignal, call: () => Promise<void>): Promise<void> {
  const failed = Promise.withResolvers<never>()
  for (let next = performance.now(); !signal.aborted; next += tick.milliseconds) {
    call().catch(failed.reject)
    await Promise.race([pause(Math.max(0, next - performance.now())), failed.promise])
  }
}

/** Reports for each output when it was read, and when its record was created. */
function follow({ world }: BenchCluster, signal: AbortSignal, onOutput: (at: number, now: number) => void) {
  const begun = Promise.withResolvers<void>()
  const onRecords = async (records: readonly LogRecord[]): Promise<void> => {
    const now = Date.now()
    for (const { value } of records)
      if (value) onOutput((await world.codec.decode(topic.selectedSamples, value)).at, now)
  }
  const options = { from: 'end', follow: true, onCaughtUp: begun.resolve } as const
  const ended = world.log.read([topic.selectedSamples], options, onRecords, signal)
  return { begun: Promise.race([begun.promise, ended]), ended }
}
