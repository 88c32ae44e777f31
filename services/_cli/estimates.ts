import type { SampleScored } from '#schemas/events.ts'
import { isEstimationRow } from '#statistics/estimation-rows.ts'
import { hajek, type WeightedMean, type WeightedValue } from '#statistics/hajek.ts'

/** The metrics of production that can be estimated: a value in [0, 1] of each gold score, null where it has none. */
export const metrics = {
  accuracy: ({ toolCorrect }: SampleScored) => (toolCorrect === null ? null : Number(toolCorrect)),
  score: ({ score }: SampleScored) => score,
  argument: ({ argumentSimilarity }: SampleScored) => argumentSimilarity,
  figures: ({ figuresEqual }: SampleScored) => (figuresEqual === null ? null : Number(figuresEqual)),
} as const
export type Metric = keyof typeof metrics

/** What an estimate can be split by. */
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
  /** The plain mean of the selected turns, which is not the quality of production. */
  readonly biasedMean: number
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
        .flatMap(([name, ofStratum]) => estimateStratum(agent, name, ofStratum, metric)),
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
