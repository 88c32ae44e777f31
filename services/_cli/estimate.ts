import type { Settings } from '#runtime/config/config.ts'
import type { SampleScored } from '#schemas/events.ts'
import { isEstimationRow } from '#statistics/estimation-rows.ts'
import { hajek, type WeightedMean, type WeightedValue } from '#statistics/hajek.ts'
import { topic } from '#topology/topic-names.ts'
import { withRecordReader } from './read-records.ts'

/** What can be estimated of production: a value in [0, 1] of each gold score, null where it has none. */
export const metrics = {
  accuracy: ({ toolCorrect }: SampleScored) => (toolCorrect === null ? null : Number(toolCorrect)),
  score: ({ score }: SampleScored) => score,
  argument: ({ argumentSimilarity }: SampleScored) => argumentSimilarity,
  figures: ({ figuresEqual }: SampleScored) => (figuresEqual === null ? null : Number(figuresEqual)),
} as const
export type Metric = keyof typeof metrics

/** By what it can be split. */
export const strata = {
  tool: ({ plannedTool }: SampleScored) => plannedTool,
  gold: ({ goldTool }: SampleScored) => goldTool ?? 'no tool',
} as const
export type Stratum = keyof typeof strata

export type EstimateRow = WeightedMean & {
  readonly agent: string
  /** Null for all turns of the agent. */
  readonly stratum: string | null
  readonly rows: number
  /** The plain mean of what the sampler chose: not the quality of production. */
  readonly biasedMean: number
}

type EstimateOptions = { readonly by?: Stratum; readonly json: boolean }

/** Prints what production is like, estimated from the turns that were picked and have gold. */
export async function estimate(
  metric: Metric,
  { by, json }: EstimateOptions,
  settings: Settings,
  signal: AbortSignal,
): Promise<void> {
  const scored: SampleScored[] = []
  await withRecordReader(settings, signal, records =>
    records.read(topic.scoredSamples, { from: 'beginning', follow: false }, some => {
      for (const { event } of some) if ('sampleId' in event) scored.push(event as SampleScored)
    }),
  )
  const rows = estimateRows(latestGoldScores(scored), metric, by)
  if (json) return void process.stdout.write(`${JSON.stringify({ metric, by: by ?? null, rows })}\n`)
  if (rows.length === 0) process.stdout.write('no turn that was picked has a gold score yet\n')
  for (const row of rows) process.stdout.write(`${rowText(row)}\n`)
}

/** The newest trusted gold score of each sample that may enter an estimate. */
export function latestGoldScores(scored: readonly SampleScored[]): readonly SampleScored[] {
  const kept = new Map<string, SampleScored>()
  for (const event of scored) {
    if (event.source === 'gold' && event.trusted && isEstimationRow(event)) kept.set(event.sampleId, event)
  }
  return [...kept.values()]
}

/** One row for each agent, then one for each of its strata, largest first. */
export function estimateRows(
  scored: readonly SampleScored[],
  metric: Metric,
  by: Stratum | undefined,
): readonly EstimateRow[] {
  return [...Map.groupBy(scored, ({ agent }) => agent)].flatMap(([agent, ofAgent]) => {
    const split = by === undefined ? [] : [...Map.groupBy(ofAgent, strata[by])]
    return [
      ...estimateStratum(agent, null, ofAgent, metric),
      ...split
        .toSorted(([, a], [, b]) => b.length - a.length)
        .flatMap(([name, some]) => estimateStratum(agent, name, some, metric)),
    ]
  })
}

function estimateStratum(
  agent: string,
  stratum: string | null,
  scored: readonly SampleScored[],
  metric: Metric,
): readonly EstimateRow[] {
  const rows: WeightedValue[] = scored.flatMap(event => {
    const y = metrics[metric](event)
    return y === null ? [] : [{ y, p: event.inclusionProbability }]
  })
  const found = hajek(rows)
  if (found === undefined) return []
  const biasedMean = rows.reduce((sum, { y }) => sum + y, 0) / rows.length
  return [{ agent, stratum, rows: rows.length, ...found, biasedMean }]
}

function rowText({ agent, stratum, rows, effectiveRows, mean, interval, biasedMean }: EstimateRow): string {
  const range = interval
    ? `[${formatPercent(interval.lower)}, ${formatPercent(interval.upper)}]`
    : '(no interval: all are equal)'
  const what = `${agent} ${stratum ?? 'all turns'}`.padEnd(40)
  return `${what} ${formatPercent(mean)} ${range}  ${rows} rows, worth ${effectiveRows.toFixed(0)}  plain mean, biased: ${formatPercent(biasedMean)}`
}

const formatPercent = (share: number): string => `${(100 * share).toFixed(1)}%`
