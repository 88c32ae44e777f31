import { setTimeout as pause } from 'node:timers/promises'
import { type BenchCluster, sum } from './bench-cluster.ts'
import type { Contender } from './contenders.ts'
import { type Cores, cpuSeconds } from './cores.ts'
import { type Peer, startPeer } from './peer.ts'

/** Throughput from the first consumed record until the last output is committed. */
export type Speed = {
  readonly recordsPerSecond: number
  /** Of the second half of the records, when Node and Java have compiled the hot code. */
  readonly secondHalf: number
  /** CPU time per record in microseconds, start and compilation included. */
  readonly cpuMicros: number
}

/** At a time in ms since 1970: records done, and seconds of CPU time used. */
export type ProgressSample = { readonly at: number; readonly done: number; readonly cpu: number }

const sampleIntervalMs = 20
const stallTimeoutMs = 60_000

/**
 * Runs processes of one contender on the input, from its beginning, until `records` are done. The clock starts when the last
 * process has its first record; what the others did before is not counted.
 */
export async function measure(
  stage: BenchCluster,
  contenders: readonly [Contender, ...Contender[]],
  cores: Cores,
  records: number,
): Promise<Speed> {
  const [{ group }] = contenders
  await stage.setGroupOffsets(group, 'beginning')
  const peers = contenders.map(({ command }) => startPeer(command, cores))
  try {
    const [looks, firsts] = await Promise.all([
      sampleProgress(stage, group, records, () => sum(peers.map(({ pid }) => cpuSeconds(pid)))),
      Promise.all(peers.map(({ first }) => first)),
    ])
    const cpuMicros = Math.round(((looks.at(-1)?.cpu ?? 0) / records) * 1_000_000)
    return { ...speedOf(looks, Math.max(...firsts)), cpuMicros }
  } finally {
    await Promise.all(peers.map((peer: Peer) => peer.stop()))
  }
}

/** Polls how many records are done, until all are and all outputs are committed. */
export async function sampleProgress(
  stage: BenchCluster,
  group: string,
  records: number,
  cpu: () => number,
): Promise<readonly ProgressSample[]> {
  const looks: ProgressSample[] = []
  let moved = { at: Date.now(), done: 0 }
  for (;;) {
    const look = { done: await stage.committedRecords(group), at: Date.now(), cpu: cpu() }
    looks.push(look)
    if (look.done >= records && (await stage.allCommitted())) return looks
    if (look.done > moved.done) moved = look
    else if (look.at - moved.at > stallTimeoutMs) throw new Error(`${group} stands still at ${look.done} records`)
    await pause(sampleIntervalMs)
  }
}

function speedOf(looks: readonly ProgressSample[], start: number): Omit<Speed, 'cpuMicros'> {
  const end = looks.at(-1) ?? { at: start, done: 0 }
  const begun = { at: start, done: looks.findLast(({ at }) => at <= start)?.done ?? 0 }
  const half = looks.find(({ done }) => done >= (begun.done + end.done) / 2) ?? begun
  const between = (from: typeof begun): number => Math.round(((end.done - from.done) / (end.at - from.at)) * 1_000)
  return { recordsPerSecond: between(begun), secondHalf: between(half) }
}

export const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0
