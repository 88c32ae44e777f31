import type { Stratum } from '#schemas/events.ts'
import type { EvaluationResults } from '#schemas/objects.ts'

type Answer = { readonly tool: string; readonly answer: string }

/** Share of rows answered with the gold tool; 0 without rows. */
export function accuracy(rows: readonly Answer[]): number {
  return rows.length === 0 ? 0 : rows.filter(({ tool, answer }) => answer === tool).length / rows.length
}

/**
 * Mean of F1 = 2 right / (gold + answered) over the tools that are gold in some row, so that both planners of a pair are
 * averaged over the same tools. 0 without rows.
 */
export function macroF1(rows: readonly Answer[]): number {
  const counts = new Map(rows.map(({ tool }) => [tool, { right: 0, both: 0 }]))
  for (const { tool, answer } of rows) {
    for (const name of [tool, answer]) {
      const count = counts.get(name)
      if (count) count.both++
    }
    const count = counts.get(tool)
    if (count && answer === tool) count.right++
  }
  if (counts.size === 0) return 0
  return counts.values().reduce((sum, { right, both }) => sum + (2 * right) / both, 0) / counts.size
}

/** Pairs per gold tool, in order of name. */
export function strataOf(rows: EvaluationResults['rows']): Stratum[] {
  return [...Map.groupBy(rows, ({ tool }) => tool).entries()]
    .map(([name, group]) => ({ name, rows: group.length, ...pairsOf(group) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Rows that only one of the two answered with the gold tool. */
export function pairsOf(rows: EvaluationResults['rows']): { gained: number; lost: number } {
  const right = rows.map(({ tool, candidateTool, baselineTool }) => ({
    ours: candidateTool === tool,
    theirs: baselineTool === tool,
  }))
  return {
    gained: right.filter(({ ours, theirs }) => ours && !theirs).length,
    lost: right.filter(({ ours, theirs }) => theirs && !ours).length,
  }
}

/** The middle value, the mean of the two middle ones for an even count; 0 without values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}
