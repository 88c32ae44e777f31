import type { HostedPlanner, ModelHost } from '#planners/hosts/model-host.ts'
import type { DatasetRow, EvaluationResults } from '#schemas/objects.ts'
import { median } from '#statistics/quantile.ts'

/** What both planners did, and the median time of a plan in milliseconds. */
export type PairedRun = {
  readonly results: EvaluationResults
  readonly candidateLatencyMs: number
  readonly baselineLatencyMs: number
}

/** Rows planned before the clock counts, so that neither planner pays for compiling the code that both share. */
const WARM_UP_ROWS = 20

/**
 * Both planners on every row, one plan at a time; who goes first alternates, so that neither always finds warm caches.
 * The row's family is passed: no planner may consult an example of the row's own family.
 */
export async function runPaired(
  models: ModelHost,
  { candidate, baseline }: { readonly candidate: string; readonly baseline: string },
  rows: readonly DatasetRow[],
  signal: AbortSignal,
): Promise<PairedRun> {
  const planners = { candidate: await models.load(candidate), baseline: await models.load(baseline) }
  for (const row of rows.slice(0, WARM_UP_ROWS))
    for (const planner of Object.values(planners)) await timePlan(planner, row)
  const paired: EvaluationResults['rows'][number][] = []
  const times: { readonly ours: number; readonly theirs: number }[] = []
  for (const [at, row] of rows.entries()) {
    signal.throwIfAborted()
    const first = at % 2 === 0 ? undefined : await timePlan(planners.baseline, row)
    const ours = await timePlan(planners.candidate, row)
    const theirs = first ?? (await timePlan(planners.baseline, row))
    paired.push({
      id: row.id,
      tool: row.tool,
      candidateTool: ours.tool,
      baselineTool: theirs.tool,
      inclusionProbability: row.inclusionProbability,
    })
    times.push({ ours: ours.milliseconds, theirs: theirs.milliseconds })
  }
  return {
    results: { format: 1, candidate, baseline, rows: paired },
    candidateLatencyMs: median(times.map(({ ours }) => ours)) ?? 0,
    baselineLatencyMs: median(times.map(({ theirs }) => theirs)) ?? 0,
  }
}

async function timePlan(planner: HostedPlanner, { question, earlier, family }: DatasetRow) {
  const started = performance.now()
  const { tool } = await planner.plan(question, earlier, family)
  return { tool, milliseconds: performance.now() - started }
}
