import type { Stratum } from '#schemas/events.ts'
import type { EvaluationResults } from '#schemas/objects.ts'
import { z95 } from '#statistics/intervals.ts'
import { effectiveRows, type WeightedRow, weightedMean, weightedMeanVariance } from '#statistics/weighted-mean.ts'

/** What two planners answered on one row. */
export type Pair = Pick<
  EvaluationResults['rows'][number],
  'tool' | 'candidateTool' | 'baselineTool' | 'inclusionProbability'
>

export type WeightedComparison = {
  /** (sum of weights)^2 / sum of squared weights (Kish 1965); 0 without rows. */
  readonly effectiveRows: number
  readonly candidateAccuracy: number
  readonly baselineAccuracy: number
  readonly difference: number
  readonly lower: number
  readonly upper: number
}

/**
 * Estimates for all production turns from rows that were sampled actively: self-normalised means with weights 1 / inclusion
 * probability. The 95% interval of the difference is the normal one, as Wilson's in `hajek` needs values in [0, 1]. Without two
 * rows it is [-1, 1].
 */
export function compareWeighted(rows: readonly Pair[]): WeightedComparison {
  const weighted = (read: (row: Pair) => number): WeightedRow[] =>
    rows.map(row => ({ value: read(row), weight: weightOf(row) }))
  const candidate = weighted(({ tool, candidateTool }) => Number(candidateTool === tool))
  const baseline = weighted(({ tool, baselineTool }) => Number(baselineTool === tool))
  const differences = weighted(
    ({ tool, candidateTool, baselineTool }) => Number(candidateTool === tool) - Number(baselineTool === tool),
  )
  const difference = meanOf(differences)
  const half = rows.length < 2 ? 2 : z95 * Math.sqrt(weightedMeanVariance(differences))
  return {
    effectiveRows: effectiveRows(differences),
    candidateAccuracy: meanOf(candidate),
    baselineAccuracy: meanOf(baseline),
    difference,
    lower: Math.max(-1, difference - half),
    upper: Math.min(1, difference + half),
  }
}

/** How many turns of production a row stands for. */
export const weightOf = ({ inclusionProbability }: Pick<Pair, 'inclusionProbability'>): number =>
  1 / inclusionProbability

const meanOf = (rows: readonly WeightedRow[]): number => (rows.length === 0 ? 0 : weightedMean(rows))

/** Pairs per gold tool, in order of name. */
export function pairsByTool(rows: readonly Pair[]): Stratum[] {
  return [...Map.groupBy(rows, ({ tool }) => tool).entries()]
    .map(([name, group]) => ({ name, rows: group.length, ...countPairs(group) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Rows that only one of the two answered with the gold tool. */
export function countPairs(rows: readonly Pair[]): { gained: number; lost: number } {
  const right = rows.map(({ tool, candidateTool, baselineTool }) => ({
    ours: candidateTool === tool,
    theirs: baselineTool === tool,
  }))
  return {
    gained: right.filter(({ ours, theirs }) => ours && !theirs).length,
    lost: right.filter(({ ours, theirs }) => theirs && !ours).length,
  }
}
