/** A score in [0, 1], and whether what it scored turned out to be right. */
export type ScoredOutcome = { readonly score: number; readonly right: boolean }

/**
 * Area under the ROC curve: the probability that a right row scores above a wrong one, ties counting half (Hanley and McNeil,
 * Radiology, 1982), from ranks (Mann and Whitney, 1947). Undefined without rows of both kinds.
 */
export function rocArea(rows: readonly ScoredOutcome[]): number | undefined {
  const right = rows.filter(row => row.right).length
  const wrong = rows.length - right
  if (right === 0 || wrong === 0) return undefined
  const sorted = rows.toSorted((a, b) => a.score - b.score)
  let ranks = 0
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    while (end < sorted.length && sorted[end]?.score === sorted[start]?.score) end++
    const tied = sorted.slice(start, end).filter(row => row.right).length
    ranks += (tied * (start + 1 + end)) / 2
  }
  return (ranks - (right * (right + 1)) / 2) / (right * wrong)
}

/**
 * Cohen's kappa of a predicted and a true label: agreement beyond what chance gives (Educational and Psychological Measurement
 * 20, 1960). Undefined without rows, and where both labels are the same for all rows.
 */
export function cohensKappa(
  rows: readonly { readonly predicted: boolean; readonly right: boolean }[],
): number | undefined {
  if (rows.length === 0) return undefined
  const share = (holds: (row: (typeof rows)[number]) => boolean): number => rows.filter(holds).length / rows.length
  const predicted = share(row => row.predicted)
  const right = share(row => row.right)
  const byChance = predicted * right + (1 - predicted) * (1 - right)
  return byChance === 1 ? undefined : (share(row => row.predicted === row.right) - byChance) / (1 - byChance)
}

const bins = 10

/**
 * Expected calibration error: the gap between mean score and share of right rows in ten bins of equal width, weighted by their
 * rows (Guo et al., ICML 2017). Undefined without rows.
 */
export function calibrationError(rows: readonly ScoredOutcome[]): number | undefined {
  if (rows.length === 0) return undefined
  const binned = Map.groupBy(rows, ({ score }) => Math.min(bins - 1, Math.floor(score * bins)))
  const gaps = Array.from(binned.values(), some =>
    Math.abs(some.reduce((sum, { score, right }) => sum + score - Number(right), 0)),
  )
  return gaps.reduce((sum, gap) => sum + gap, 0) / rows.length
}
