import type { ScoredPair } from './calibration.ts'

/** Scores from `from` up to the next step mean this probability. */
export type CalibrationStep = { readonly from: number; readonly probability: number }

/**
 * The non-decreasing map from score to the probability of being right that fits the pairs best in squared error: pool adjacent
 * violators (Ayer et al., Annals of Mathematical Statistics 26, 1955). It is the calibration curve too, without bins to
 * choose (Dimitriadis, Gneiting and Jordan, PNAS 118, 2021). Empty without pairs.
 */
export function isotonicRegression(pairs: readonly ScoredPair[]): readonly CalibrationStep[] {
  const blocks: { from: number; right: number; rows: number }[] = []
  for (const { score, right } of pairs.toSorted((a, b) => a.score - b.score)) {
    const last = blocks.at(-1)
    // Equal scores have one probability.
    if (last?.from === score && last.rows > 0) {
      last.right += Number(right)
      last.rows++
    } else blocks.push({ from: score, right: Number(right), rows: 1 })
  }
  const pooled: typeof blocks = []
  for (const block of blocks) {
    let next = block
    for (let last = pooled.at(-1); last && last.right * next.rows >= next.right * last.rows; last = pooled.at(-1)) {
      next = { from: last.from, right: last.right + next.right, rows: last.rows + next.rows }
      pooled.pop()
    }
    pooled.push(next)
  }
  return pooled.map(({ from, right, rows }) => ({ from, probability: right / rows }))
}

/** Below the first step its probability holds too. undefined without steps. */
export function probabilityAt(steps: readonly CalibrationStep[], score: number): number | undefined {
  return (steps.findLast(({ from }) => from <= score) ?? steps[0])?.probability
}
