import type { JudgeExamined } from '#schemas/events.ts'
import { calibrationError, cohensKappa, rocArea } from '#statistics/binary-scores.ts'
import { mean } from '#statistics/mean.ts'

/** A score of a judge version, what may have biased it, and whether gold later called the plan right. */
export type ScoredPair = {
  readonly score: number
  readonly right: boolean
  /** Characters of what the agent answered, or of its argument where no answer was logged. */
  readonly length: number
  /** Whether the plan was shown in the first half of the tools; null where the version saw no order. */
  readonly first: boolean | null
  /** Whether the planner's model is of the judge's family; null where unknown. */
  readonly sameFamily: boolean | null
}

/** How a judge version agrees with gold; a score of .5 or more counts as 'right'. The event's schema describes the fields. */
export type Calibration = Pick<
  JudgeExamined,
  'rows' | 'area' | 'kappa' | 'truePositiveRate' | 'trueNegativeRate' | 'calibrationError'
>

export function calibrationOf(pairs: readonly ScoredPair[]): Calibration {
  const labels = pairs.map(({ score, right }) => ({ predicted: score >= 0.5, right }))
  const rateAmong = (kind: boolean): number | null =>
    mean(labels.filter(({ right }) => right === kind).map(({ predicted }) => Number(predicted === kind))) ?? null
  return {
    rows: pairs.length,
    area: rocArea(pairs) ?? null,
    kappa: cohensKappa(labels) ?? null,
    truePositiveRate: rateAmong(true),
    trueNegativeRate: rateAmong(false),
    calibrationError: calibrationError(pairs) ?? null,
  }
}
