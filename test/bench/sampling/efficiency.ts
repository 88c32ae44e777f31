import { workerTask } from '#runtime/core/worker-task.ts'
import type { Sampling } from '#schemas/events.ts'
import type { IntentDataset } from './data.ts'
import { type CurvePoint, fullAccuracy, learningCurve, sampleShare } from './learning-curve.ts'

export { sampleShare }

const compareAt = 1_000

export type EfficiencyResult = {
  readonly seed: number
  /** Accuracy on the test rows of a planner trained on all training rows. */
  readonly fullAccuracy: number
  /** Gold rows at which 95% of that is reached, interpolated between marks; null where the last mark is below. */
  readonly rows: { readonly active: number | null; readonly random: number | null }
  readonly goldRatio: number | null
  /** Macro-F1 of the ten rarest intents at 1,000 gold rows, active minus random. */
  readonly rareF1Gain: number
  readonly curves: { readonly active: readonly CurvePoint[]; readonly random: readonly CurvePoint[] }
}

export function efficiency(questions: IntentDataset, seed: number): EfficiencyResult {
  const full = fullAccuracy(questions, seed)
  const aim = 0.95 * full
  const isEnough = (found: readonly CurvePoint[]): boolean => {
    const last = found.at(-1)
    return last !== undefined && last.gold >= compareAt && reached(found, aim) !== null
  }
  const curve = (sampling: Sampling): readonly CurvePoint[] => learningCurve(questions, sampling, seed, isEnough)
  const curves = { active: curve('active'), random: curve('random') }
  const rows = { active: reached(curves.active, aim), random: reached(curves.random, aim) }
  const rareF1 = (some: readonly CurvePoint[]): number =>
    some.find(({ gold }) => gold === compareAt)?.rareF1 ?? Number.NaN
  return {
    seed,
    fullAccuracy: full,
    rows,
    goldRatio: rows.active !== null && rows.random !== null ? rows.active / rows.random : null,
    rareF1Gain: rareF1(curves.active) - rareF1(curves.random),
    curves,
  }
}

/** Gold rows at which a curve first reaches an accuracy. */
function reached(curve: readonly CurvePoint[], accuracy: number): number | null {
  const at = curve.findIndex(mark => mark.accuracy >= accuracy)
  const [below, above] = [curve[at - 1], curve[at]]
  if (above === undefined) return null
  if (below === undefined) return above.gold
  const part = (accuracy - below.accuracy) / (above.accuracy - below.accuracy)
  return below.gold + part * (above.gold - below.gold)
}

/** Means over seeds; null where one seed has no ratio. */
export function meanOf(found: readonly EfficiencyResult[]): { goldRatio: number | null; rareF1Gain: number } {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const ratios = found.flatMap(({ goldRatio }) => goldRatio ?? [])
  return {
    goldRatio: ratios.length === found.length ? mean(ratios) : null,
    rareF1Gain: mean(found.map(({ rareF1Gain }) => rareF1Gain)),
  }
}

/** For a worker thread. */
export const efficiencyTask = workerTask(import.meta.url, efficiency)
