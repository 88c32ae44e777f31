import { workerTask } from '#runtime/core/worker-task.ts'
import { State } from '#runtime/state/state.ts'
import type { Facts } from '#services/sampler/controller.ts'
import { hajek } from '#statistics/hajek.ts'
import { z95 } from '#statistics/intervals.ts'
import { simulated } from '#test/unit/services/sampler/simulated-stream.ts'
import { selections } from '#test/unit/services/sampler/stream.ts'

const turns = 2_000
const share = 0.2

/** On streams with known truth: the share of 95% intervals that contain it, for the Hájek estimate and for the plain mean of the picks. */
export type Coverage = {
  readonly streams: number
  readonly hajek: number
  readonly naive: number
  readonly effectiveShare: number
}

/** Corrections are left out: their turns were not selected when they arrived. */
export function coverage(streams: number, facts: Omit<Facts, 'sampleShare'>): Coverage {
  const found = Array.from({ length: streams }, (_none, seed) => {
    const { stream, right } = simulated(seed, turns)
    const truth = [...right.values()].filter(Boolean).length / right.size
    const rows = selections(stream, { ...facts, sampleShare: share }, new State())
      .filter(({ correction }) => !correction)
      .map(({ turnId, inclusionProbability: p }) => ({ y: Number(right.get(turnId)), p }))
    const estimate = hajek(rows)
    const holds = (interval: { lower: number; upper: number } | null | undefined): number =>
      Number(interval != null && interval.lower <= truth && truth <= interval.upper)
    return {
      hajek: holds(estimate?.interval),
      naive: holds(plainInterval(rows.map(({ y }) => y))),
      effectiveShare: (estimate?.effectiveRows ?? 0) / rows.length,
    }
  })
  const mean = (of: 'hajek' | 'naive' | 'effectiveShare'): number =>
    found.reduce((sum, one) => sum + one[of], 0) / streams
  return { streams, hajek: mean('hajek'), naive: mean('naive'), effectiveShare: mean('effectiveShare') }
}

function plainInterval(values: readonly number[]) {
  const mean = values.reduce((sum, y) => sum + y, 0) / values.length
  const half = z95 * Math.sqrt((mean * (1 - mean)) / values.length)
  return { lower: mean - half, upper: mean + half }
}

/** For a worker thread. */
export const coverageTask = workerTask(import.meta.url, coverage)
