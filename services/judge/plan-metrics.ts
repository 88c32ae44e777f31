import type { GoldGrade } from './state.ts'

/** Of one tool: predicted is what the agent planned, true what gold says. null where there is nothing to divide by. */
export type ToolMetrics = {
  readonly tool: string
  readonly planned: number
  readonly gold: number
  readonly precision: number | null
  readonly recall: number | null
  readonly f1: number | null
}

/** How an agent plans, from rows with gold as the sampler chose them: not the quality of production. */
export type PlanMetrics = {
  readonly rows: number
  readonly accuracy: number | null
  /** Mean of the tools' F1 over those that gold names, and the same weighted by how often it does. */
  readonly macroF1: number | null
  readonly weightedF1: number | null
  /** Cells of the confusion matrix that hold rows. */
  readonly confusion: readonly { readonly gold: string; readonly planned: string; readonly rows: number }[]
  readonly tools: readonly ToolMetrics[]
  /** Semantic intent of rows whose gold names an argument. */
  readonly intent: {
    readonly rows: number
    readonly meanSimilarity: number | null
    /** Share whose argument is less like gold's than `intentFloor`. */
    readonly belowFloor: number | null
    readonly figuresEqual: number | null
  }
  readonly answers: { readonly rows: number; readonly meanScore: number | null }
}

/** Cosine of planned and gold argument below which they hardly ask the same. */
export const minIntentSimilarity = 0.5

type GoldRow = GoldGrade & { readonly goldTool: string }

export function planMetrics(all: Iterable<GoldGrade>): PlanMetrics {
  const rows = [...all].filter((row): row is GoldRow => row.goldTool !== null)
  const tools = toolMetrics(rows)
  const named = tools.filter(({ gold }) => gold > 0)
  const similarities = rows.flatMap(({ argumentSimilarity }) => argumentSimilarity ?? [])
  const figures = rows.flatMap(({ figuresEqual }) => figuresEqual ?? [])
  const answers = rows.flatMap(({ answerScore }) => answerScore ?? [])
  return {
    rows: rows.length,
    accuracy: mean(rows.map(({ toolCorrect }) => Number(toolCorrect))),
    macroF1: mean(named.map(({ f1 }) => f1 ?? 0)),
    weightedF1: mean(named.flatMap(({ f1, gold }) => Array<number>(gold).fill(f1 ?? 0))),
    confusion: confusionMatrix(rows),
    tools,
    intent: {
      rows: similarities.length,
      meanSimilarity: mean(similarities),
      belowFloor: mean(similarities.map(similarity => Number(similarity < minIntentSimilarity))),
      figuresEqual: mean(figures.map(Number)),
    },
    answers: { rows: answers.length, meanScore: mean(answers) },
  }
}

function toolMetrics(rows: readonly GoldRow[]): readonly ToolMetrics[] {
  const names = [...new Set(rows.flatMap(({ goldTool, plannedTool }) => [goldTool, plannedTool]))].sort()
  return names.map(tool => {
    const planned = rows.filter(({ plannedTool }) => plannedTool === tool).length
    const gold = rows.filter(({ goldTool }) => goldTool === tool).length
    const hits = rows.filter(({ goldTool, plannedTool }) => goldTool === tool && plannedTool === tool).length
    const share = (of: number): number | null => (of === 0 ? null : hits / of)
    return { tool, planned, gold, precision: share(planned), recall: share(gold), f1: (2 * hits) / (planned + gold) }
  })
}

function confusionMatrix(rows: readonly GoldRow[]): PlanMetrics['confusion'] {
  return [...Map.groupBy(rows, ({ goldTool }) => goldTool)].flatMap(([gold, ofGold]) =>
    Array.from(
      Map.groupBy(ofGold, ({ plannedTool }) => plannedTool),
      ([planned, some]) => ({ gold, planned, rows: some.length }),
    ),
  )
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}
