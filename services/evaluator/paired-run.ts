import type { HostedPlanner, Planners } from '#planners/planner.ts'
import type { DatasetRow, EvaluationResults } from '#schemas/objects.ts'
import { toolOf } from '#schemas/turns.ts'
import { median } from '#statistics/quantile.ts'

/** What both planners did, and the median time of a plan in milliseconds. */
export type PairedRun = {
  readonly results: EvaluationResults
  readonly candidateLatencyMs: number
  readonly baselineLatencyMs: number
}

/** Rows planned before latency counts, so that neither planner pays for compiling the code that both share. */
const WARM_UP_ROWS = 20

/**
 * Both planners on every row, one plan at a time; which one goes first alternates, so that neither always finds warm caches. No
 * planner consults an example of the row's own family.
 */
export async function runPaired(
  planners: Pick<Planners, 'host'>,
  { candidate, baseline }: { readonly candidate: string; readonly baseline: string },
  rows: readonly DatasetRow[],
  signal: AbortSignal,
): Promise<PairedRun> {
  const ours = await planners.host(candidate, signal)
  const theirs = await planners.host(baseline, signal).catch(async error => {
    await ours.close()
    throw error
  })
  try {
    return await planRows(ours, theirs, rows, signal)
  } finally {
    await Promise.all([ours.close(), theirs.close()])
  }
}

async function planRows(
  ours: HostedPlanner,
  theirs: HostedPlanner,
  rows: readonly DatasetRow[],
  signal: AbortSignal,
): Promise<PairedRun> {
  for (const row of rows.slice(0, WARM_UP_ROWS))
    for (const planner of [ours, theirs]) await planRow(planner, row, signal)
  const paired: EvaluationResults['rows'][number][] = []
  const times: { candidate: number[]; baseline: number[] } = { candidate: [], baseline: [] }
  for (const [position, row] of rows.entries()) {
    signal.throwIfAborted()
    const early = position % 2 === 0 ? undefined : await planRow(theirs, row, signal)
    const our = await planRow(ours, row, signal)
    const their = early ?? (await planRow(theirs, row, signal))
    const { id, calls, inclusionProbability } = row
    const tools = { tool: toolOf(calls), candidateTool: our.tool, baselineTool: their.tool }
    paired.push({ id, ...tools, inclusionProbability, logged: loggedTool(row) })
    times.candidate.push(our.latencyMs)
    times.baseline.push(their.latencyMs)
  }
  return {
    results: { format: 2, candidate: ours.digest, baseline: theirs.digest, rows: paired },
    candidateLatencyMs: median(times.candidate) ?? 0,
    baselineLatencyMs: median(times.baseline) ?? 0,
  }
}

function loggedTool({ logged }: DatasetRow): EvaluationResults['rows'][number]['logged'] {
  return logged ? { tool: toolOf(logged.calls), planner: logged.planner, latencyMs: logged.latencyMs } : null
}

async function planRow(planner: HostedPlanner, row: DatasetRow, signal: AbortSignal) {
  const { plan, latencyMs } = await planner.plan(
    { input: { messages: row.messages }, exceptFamily: row.family },
    signal,
  )
  return { tool: toolOf(plan.calls), latencyMs }
}
