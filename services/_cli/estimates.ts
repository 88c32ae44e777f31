import type { SampleScored } from '#schemas/events.ts'
import { completelyReviewed, type SampledTurn, withScore } from '#statistics/estimation-rows.ts'
import type { WeightedValue } from '#statistics/hajek.ts'
import { type ProductionMean, productionMean } from '#statistics/production-mean.ts'

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

export type EstimateRow = ProductionMean & {
  readonly agent: string
  /** Null for all turns of the agent. */
  readonly stratum: string | null
}

/** The newest trusted gold score of each sample that may enter an estimate: of each agent those before the first one that waits. */
export function reviewedScores(scored: readonly SampleScored[]): readonly SampleScored[] {
  return [...Map.groupBy(scored, ({ agent }) => agent).values()].flatMap(ofAgent => {
    const turns = new Map<string, SampledTurn<SampleScored>>()
    for (const event of ofAgent) {
      const turn = withScore(turns.get(event.sampleId), event, event)
      if (turn !== undefined) turns.set(event.sampleId, turn)
    }
    return completelyReviewed(turns.values()).map(({ gold }) => gold)
  })
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
  const found = productionMean(rows)
  return found === undefined ? [] : [{ agent, stratum, ...found }]
}
