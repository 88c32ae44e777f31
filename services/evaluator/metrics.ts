import type { Stratum } from '#schemas/events.ts'
import type { EvaluationResults } from '#schemas/objects.ts'
import { z95 } from '#statistics/intervals.ts'

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
 * What the rows say of all production turns, although they were chosen actively: Hajek (self-normalised Horvitz-Thompson)
 * estimates with weights 1 / inclusion probability. The 95% interval of the difference is by linearisation (Särndal,
 * Swensson and Wretman 1992, 5.7): variance n / (n - 1) sum w^2 (d - mean)^2 / (sum w)^2. Without two rows: [-1, 1].
 */
export function compareWeighted(rows: EvaluationResults['rows']): WeightedComparison {
  const weights = rows.map(({ inclusionProbability }) => 1 / inclusionProbability)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const mean = (values: readonly number[]): number =>
    total === 0 ? 0 : values.reduce((sum, value, at) => sum + value * (weights[at] ?? 0), 0) / total
  const ours = rows.map(({ tool, candidateTool }) => Number(candidateTool === tool))
  const theirs = rows.map(({ tool, baselineTool }) => Number(baselineTool === tool))
  const differences = ours.map((right, at) => right - (theirs[at] ?? 0))
  const difference = mean(differences)
  const spread = differences.reduce((sum, value, at) => sum + ((weights[at] ?? 0) * (value - difference)) ** 2, 0)
  const half = rows.length < 2 ? 2 : (z95 * Math.sqrt((rows.length / (rows.length - 1)) * spread)) / total
  const squares = weights.reduce((sum, weight) => sum + weight ** 2, 0)
  return {
    effectiveRows: squares === 0 ? 0 : total ** 2 / squares,
    candidateAccuracy: mean(ours),
    baselineAccuracy: mean(theirs),
    difference,
    lower: Math.max(-1, difference - half),
    upper: Math.min(1, difference + half),
  }
}

/** Pairs per gold tool, in order of name. */
export function pairsByTool(rows: EvaluationResults['rows']): Stratum[] {
  return [...Map.groupBy(rows, ({ tool }) => tool).entries()]
    .map(([name, group]) => ({ name, rows: group.length, ...countPairs(group) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Rows that only one of the two answered with the gold tool. */
export function countPairs(rows: EvaluationResults['rows']): { gained: number; lost: number } {
  const right = rows.map(({ tool, candidateTool, baselineTool }) => ({
    ours: candidateTool === tool,
    theirs: baselineTool === tool,
  }))
  return {
    gained: right.filter(({ ours, theirs }) => ours && !theirs).length,
    lost: right.filter(({ ours, theirs }) => theirs && !ours).length,
  }
}
