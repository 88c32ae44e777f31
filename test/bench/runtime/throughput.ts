import { setTimeout as pause } from 'node:timers/promises'
import { at } from '#runtime/core/checked.ts'
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
    const [samples, firsts] = await Promise.all([
      sampleProgress(stage, group, records, () => sum(peers.map(({ pid }) => cpuSeconds(pid)))),
      Promise.all(peers.map(({ first }) => first)),
    ])
    const cpuMicros = Math.round((at(samples, samples.length - 1).cpu / records) * 1_000_000)
    return { ...speedOf(samples, Math.max(...firsts)), cpuMicros }
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
  const samples: ProgressSample[] = []
  let moved = { at: Date.now(), done: 0 }
  for (;;) {
    const sample = { done: await stage.committedRecords(group), at: Date.now(), cpu: cpu() }
    samples.push(sample)
    if (sample.done >= records && (await stage.allCommitted())) return samples
    if (sample.done > moved.done) moved = sample
    else if (sample.at - moved.at > stallTimeoutMs)
      throw new Error(`${group} makes no progress at ${sample.done} records`)
    await pause(sampleIntervalMs)
  }
}

function speedOf(samples: readonly ProgressSample[], start: number): Omit<Speed, 'cpuMicros'> {
  const end = at(samples, samples.length - 1)
  const begun = { at: start, done: samples.findLast(({ at: time }) => time <= start)?.done ?? 0 }
  const half = samples.find(({ done }) => done >= (begun.done + end.done) / 2) ?? begun
  const between = (from: typeof begun): number => Math.round(((end.done - from.done) / (end.at - from.at)) * 1_000)
  return { recordsPerSecond: between(begun), secondHalf: between(half) }
}

export const median = (numbers: readonly number[]): number =>
  at(
    numbers.toSorted((a, b) => a - b),
    numbers.length >> 1,
  )
