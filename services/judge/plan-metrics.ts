import { at } from '#runtime/core/checked.ts'
import type { ArgumentScore } from '#schemas/events.ts'
import { type ClassCounts, countClasses, f1 } from '#statistics/f1.ts'
import { mean } from '#statistics/mean.ts'
import type { GoldGrade } from './state.ts'

/** Of one tool: how often the agent planned it, how often gold names it. null where there is nothing to divide by. */
export type ToolMetrics = {
  readonly tool: string
  readonly planned: number
  readonly gold: number
  readonly precision: number | null
  readonly recall: number | null
  readonly f1: number
}

export type ArgumentMetrics = {
  readonly tool: string
  /** Empty for a tool that takes one text. */
  readonly name: string
  readonly calls: number
  readonly right: number
  readonly accuracy: number
}

/** How an agent plans, from rows with gold as the sampler picked them. Not an estimate of production. */
export type PlanMetrics = {
  readonly rows: number
  readonly accuracy: number | null
  /** Mean of the tools' F1 over those that gold names, and the same weighted by how often it does. */
  readonly macroF1: number | null
  readonly weightedF1: number | null
  /** Cells of the confusion matrix that hold rows. */
  readonly confusion: readonly { readonly gold: string; readonly planned: string; readonly rows: number }[]
  readonly tools: readonly ToolMetrics[]
  /** Rows whose plan is right in every call and argument, and the mean F1 of the calls; null where no row was compared by call. */
  readonly exactPlans: number | null
  readonly callF1: number | null
  /** Of the calls whose tool is right: how often each argument is right. */
  readonly arguments: readonly ArgumentMetrics[]
  /** Arguments, of rows whose gold names one. */
  readonly intent: {
    readonly rows: number
    readonly meanSimilarity: number | null
    /** Share whose similarity is below `minIntentSimilarity`. */
    readonly belowFloor: number | null
    readonly figuresEqual: number | null
  }
  readonly answers: { readonly rows: number; readonly meanScore: number | null }
}

/** Below this cosine of planned and gold argument they hardly ask for the same. */
export const minIntentSimilarity = 0.5

type GoldRow = GoldGrade & { readonly goldTool: string }

export function planMetrics(grades: Iterable<GoldGrade>): PlanMetrics {
  const rows = [...grades].filter((row): row is GoldRow => row.goldTool !== null)
  const tools = countClasses(rows.map(({ goldTool, plannedTool }) => ({ truth: goldTool, predicted: plannedTool })))
    .map(toolMetrics)
    .toSorted((a, b) => (a.tool < b.tool ? -1 : 1))
  const similarities = rows.flatMap(({ argumentSimilarity }) => argumentSimilarity ?? [])
  const figures = rows.flatMap(({ figuresEqual }) => figuresEqual ?? [])
  const answers = rows.flatMap(({ answerScore }) => answerScore ?? [])
  return {
    rows: rows.length,
    accuracy: meanOrNull(rows.map(({ toolCorrect }) => Number(toolCorrect))),
    macroF1: meanOrNull(tools.filter(({ gold }) => gold > 0).map(tool => tool.f1)),
    weightedF1: meanOrNull(tools.flatMap(tool => Array<number>(tool.gold).fill(tool.f1))),
    confusion: confusionMatrix(rows),
    tools,
    exactPlans: meanOrNull(rows.flatMap(({ exactPlan }) => (exactPlan == null ? [] : Number(exactPlan)))),
    callF1: meanOrNull(rows.flatMap(row => row.callF1 ?? [])),
    arguments: argumentMetrics(rows.flatMap(row => row.arguments ?? [])),
    intent: {
      rows: similarities.length,
      meanSimilarity: meanOrNull(similarities),
      belowFloor: meanOrNull(similarities.map(similarity => Number(similarity < minIntentSimilarity))),
      figuresEqual: meanOrNull(figures.map(Number)),
    },
    answers: { rows: answers.length, meanScore: meanOrNull(answers) },
  }
}

function toolMetrics(counts: ClassCounts): ToolMetrics {
  const { name: tool, truth: gold, predicted: planned, hits } = counts
  const share = (of: number): number | null => (of === 0 ? null : hits / of)
  return { tool, planned, gold, precision: share(planned), recall: share(gold), f1: f1(counts) }
}

function argumentMetrics(scores: readonly ArgumentScore[]): readonly ArgumentMetrics[] {
  return [...Map.groupBy(scores, ({ tool, name }) => JSON.stringify([tool, name])).values()]
    .map(group => {
      const { tool, name } = at(group, 0)
      const right = group.filter(({ fault }) => fault === null).length
      return { tool, name, calls: group.length, right, accuracy: right / group.length }
    })
    .toSorted((a, b) => (`${a.tool} ${a.name}` < `${b.tool} ${b.name}` ? -1 : 1))
}

function confusionMatrix(rows: readonly GoldRow[]): PlanMetrics['confusion'] {
  return [...Map.groupBy(rows, ({ goldTool }) => goldTool)].flatMap(([gold, ofGold]) =>
    Array.from(
      Map.groupBy(ofGold, ({ plannedTool }) => plannedTool),
      ([planned, some]) => ({ gold, planned, rows: some.length }),
    ),
  )
}

const meanOrNull = (values: readonly number[]): number | null => mean(values) ?? null
