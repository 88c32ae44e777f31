import type { JudgeExamined } from '#schemas/events.ts'

/** A score, what it may have been moved by, and whether gold later called the plan right. */
export type ScoredPair = {
  readonly score: number
  readonly right: boolean
  /** Characters of what the agent answered, or of its argument where no answer was logged. */
  readonly length: number
  /** The plan was shown in the first half of what there was to choose from; null where the instrument saw no order. */
  readonly first: boolean | null
  /** The planner's model is of the judge's family; null where unknown. */
  readonly sameFamily: boolean | null
}

/** How an instrument agrees with gold; a score of .5 or more counts as 'right'. Its fields are described by the event's schema. */
export type Calibration = Pick<
  JudgeExamined,
  'rows' | 'area' | 'kappa' | 'truePositiveRate' | 'trueNegativeRate' | 'calibrationError'
>

const isCalledRight = ({ score }: ScoredPair): boolean => score >= 0.5

export function calibrationOf(pairs: readonly ScoredPair[]): Calibration {
  const right = pairs.filter(pair => pair.right)
  const wrong = pairs.filter(pair => !pair.right)
  const share = (some: readonly ScoredPair[], holds: (pair: ScoredPair) => boolean): number | null =>
    some.length === 0 ? null : some.filter(holds).length / some.length
  return {
    rows: pairs.length,
    area: rocArea(pairs) ?? null,
    kappa: kappa(pairs),
    truePositiveRate: share(right, isCalledRight),
    trueNegativeRate: share(wrong, pair => !isCalledRight(pair)),
    calibrationError: calibrationError(pairs),
  }
}

/**
 * Area under the ROC curve: the chance that a right plan scores above a wrong one, ties counting half (Hanley and McNeil,
 * Radiology, 1982), from ranks (Mann and Whitney, 1947). undefined without both kinds.
 */
export function rocArea(pairs: readonly Pick<ScoredPair, 'score' | 'right'>[]): number | undefined {
  const right = pairs.filter(pair => pair.right).length
  const wrong = pairs.length - right
  if (right === 0 || wrong === 0) return undefined
  const sorted = pairs.toSorted((a, b) => a.score - b.score)
  let ranks = 0
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    while (end < sorted.length && sorted[end]?.score === sorted[start]?.score) end++
    const tied = sorted.slice(start, end).filter(pair => pair.right).length
    ranks += (tied * (start + 1 + end)) / 2
  }
  return (ranks - (right * (right + 1)) / 2) / (right * wrong)
}

function kappa(pairs: readonly ScoredPair[]): number | null {
  if (pairs.length === 0) return null
  const agreed = pairs.filter(pair => isCalledRight(pair) === pair.right).length / pairs.length
  const [saidRight, isRight] = [isCalledRight, (pair: ScoredPair) => pair.right].map(
    is => pairs.filter(is).length / pairs.length,
  ) as [number, number]
  const byChance = saidRight * isRight + (1 - saidRight) * (1 - isRight)
  return byChance === 1 ? null : (agreed - byChance) / (1 - byChance)
}

const bins = 10

/** Gap between mean score and share of right plans, in ten bins of equal width, weighted by their rows (Guo et al., ICML 2017). */
function calibrationError(pairs: readonly ScoredPair[]): number | null {
  if (pairs.length === 0) return null
  const binned = Map.groupBy(pairs, ({ score }) => Math.min(bins - 1, Math.floor(score * bins)))
  const gaps = Array.from(binned.values(), some =>
    Math.abs(some.reduce((sum, { score, right }) => sum + score - Number(right), 0)),
  )
  return gaps.reduce((sum, gap) => sum + gap, 0) / pairs.length
}
