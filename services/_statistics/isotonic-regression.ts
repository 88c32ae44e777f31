import type { ScoredOutcome } from './binary-scores.ts'

/** Scores from `from` up to the next step mean this probability. */
export type CalibrationStep = { readonly from: number; readonly probability: number }

/**
 * The non-decreasing map from score to the probability of being right that fits the rows best in squared error: pool adjacent
 * violators (Ayer et al., Annals of Mathematical Statistics 26, 1955). It is also the calibration curve, without bins to
 * choose (Dimitriadis, Gneiting and Jordan, PNAS 118, 2021). Empty without rows.
 */
export function isotonicRegression(rows: readonly ScoredOutcome[]): readonly CalibrationStep[] {
  const pooled: { from: number; right: number; rows: number }[] = []
  for (const block of blocksByScore(rows)) {
    let next = block
    for (let last = pooled.at(-1); last && last.right * next.rows >= next.right * last.rows; last = pooled.at(-1)) {
      next = { from: last.from, right: last.right + next.right, rows: last.rows + next.rows }
      pooled.pop()
    }
    pooled.push(next)
  }
  return pooled.map(({ from, right, rows }) => ({ from, probability: right / rows }))
}

/** One block for each score, in ascending order: equal scores have one probability. */
function blocksByScore(rows: readonly ScoredOutcome[]) {
  const blocks = new Map<number, { from: number; right: number; rows: number }>()
  for (const { score, right } of rows.toSorted((a, b) => a.score - b.score)) {
    const block = blocks.get(score) ?? { from: score, right: 0, rows: 0 }
    blocks.set(score, block)
    block.right += Number(right)
    block.rows++
  }
  return blocks.values()
}

/** The first step's probability also holds below it. Undefined without steps. */
export function probabilityAt(steps: readonly CalibrationStep[], score: number): number | undefined {
  return (steps.findLast(({ from }) => from <= score) ?? steps[0])?.probability
}
