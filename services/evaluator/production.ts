import type { CandidateEvaluated } from '#schemas/events.ts'
import type { EvaluationResults } from '#schemas/objects.ts'
import { median } from '#statistics/quantile.ts'
import { effectiveRows } from '#statistics/weighted-mean.ts'
import { compareWeighted, countPairs, type Pair, pairsByTool, weightOf } from './metrics.ts'

/**
 * What production did when the rows were logged. Rows that the agent's own planner planned are paired with the candidate as they
 * are, since that planner cannot be run again. Rows that a planner of this system planned are only counted: the baseline is run
 * again on all rows, and stands for them.
 */
export function compareProduction(
  rows: EvaluationResults['rows'],
): Pick<CandidateEvaluated, 'production' | 'servedEffectiveRows'> {
  const served = rows.filter(({ logged }) => logged !== null && logged.planner !== null)
  const own = rows.flatMap(({ logged, ...row }) =>
    logged?.planner === null ? [{ ...row, baselineTool: logged.tool, latencyMs: logged.latencyMs }] : [],
  )
  const servedEffectiveRows = effectiveRows(served.map(row => ({ weight: weightOf(row) })))
  if (own.length === 0) return { servedEffectiveRows, production: null }
  return { servedEffectiveRows, production: { ...compareOwn(own), latencyMs: medianLatency(own) } }
}

function compareOwn(rows: readonly Pair[]) {
  const { baselineAccuracy: accuracy, ...figures } = compareWeighted(rows)
  return { rows: rows.length, accuracy, ...figures, ...countPairs(rows), strata: pairsByTool(rows) }
}

const medianLatency = (rows: readonly { readonly latencyMs: number | null }[]): number | null =>
  median(rows.flatMap(({ latencyMs }) => latencyMs ?? [])) ?? null
