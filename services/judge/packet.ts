import { comparePlans, type PlanComparison, rightCalls, type ToolSchemas } from '#planners/comparison/compare-plans.ts'
import type { Call, GoldAnswered, SampleSelected, SampleWidened, Variant } from '#schemas/events.ts'
import { toolOf } from '#schemas/turns.ts'
import { comparableValues } from '#text/values.ts'
import type { GoldSimilarity } from './gold-similarity.ts'

/** Tier 1: all the evidence that the grade of one plan may use. Tier 2 sees nothing else, so that each tier can be replayed alone. */
export type Packet = SignalEvidence | OpinionEvidence | GoldEvidence | VariantEvidence

/** The planner's confidence and the outcome of a turn. */
export type Signals = {
  readonly kind: 'signals'
  readonly confidence: number | null
  readonly margin: number | null
  readonly escalated: boolean
  readonly rating: string | null
  readonly repeatAsk: boolean
  readonly latencyMs: number | null
}

/** With the similarity to earlier questions with gold. The packet holds no text of the customer. */
export type SignalsWithSimilarity = Signals & { readonly likeness: GoldSimilarity }

/** With the weights learned from earlier gold, in the order of the features in `signals.ts`. */
export type SignalEvidence = SignalsWithSimilarity & { readonly weights: readonly number[] }

/** What a language model answered, or why it gave no usable answer. */
export type OpinionEvidence = ModelOpinion & { readonly kind: 'opinion' }

/**
 * What a language model said of one plan: `score` in [0, 1]; `toolCorrect` null where it cannot tell; `reason` of at most
 * 200 characters, which may quote chat text.
 */
export type ModelVerdict = {
  readonly score: number
  readonly toolCorrect: boolean | null
  readonly reason: string
}

/** The versions that an opinion depends on; they are in every score. */
export type ModelVersion = {
  /** Name of the rubric and a digest of its text. */
  readonly rubric: string
  /** Version of the prompt around rubric and evidence. */
  readonly prompt: string
  /** The model as the settings name it. */
  readonly model: string
}

export type ModelOpinion = ModelVersion & {
  /** Whether the planned tool was in the first half of the catalogue as it was shown; null where it is not in it. */
  readonly plannedFirst: boolean | null
  /** Refused: the answer was unusable, or the budget is spent. The reason holds no chat text. */
  readonly opinion: { readonly verdict: ModelVerdict } | { readonly refused: string }
}

/** Plan and answer beside those of gold. Values of gold are null where reviewers were undecided or wrote none. */
export type GoldEvidence = {
  readonly kind: 'gold'
  readonly plannedTool: string
  readonly goldTool: string | null
  /** The plan against gold's calls; null where reviewers were undecided. */
  readonly comparison: PlanComparison | null
  /** The arguments of all calls, in the order of their tools; null where gold has none. */
  readonly argument: ComparedTexts | null
  /** null where the agent's answer is not known, or gold has none. */
  readonly answer: ComparedTexts | null
}

/** Two texts, and the values in each, normalised. */
export type ComparedTexts = {
  readonly given: string
  readonly gold: string
  readonly givenValues: readonly string[]
  readonly goldValues: readonly string[]
}

export type VariantEvidence = { readonly kind: 'variant'; readonly plannedTool: string; readonly goldTool: string }

export function signalsOf({ plan, outcome }: Pick<SampleSelected, 'plan' | 'outcome'>): Signals {
  return { kind: 'signals', confidence: plan.confidence, margin: plan.margin, ...outcome }
}

/** `answer` is what the agent answered; null where it is not known. `schemas` are those of the tools that plan or gold call. */
export function goldEvidenceOf(
  gold: Pick<GoldAnswered, 'plan' | 'calls' | 'answer'>,
  answer: string | null,
  schemas: ToolSchemas,
): GoldEvidence {
  const { plan, calls } = gold
  const goldArguments = calls && argumentsOf(calls)
  return {
    kind: 'gold',
    plannedTool: toolOf(plan.calls),
    goldTool: calls && toolOf(calls),
    comparison: calls && comparePlans(plan.calls, rightCalls(calls, schemas), schemas),
    argument: compareTexts(argumentsOf(plan.calls), goldArguments?.trim() ? goldArguments : null),
    answer: answer === null ? null : compareTexts(answer, gold.answer),
  }
}

/** The arguments of the calls as one text. */
export const argumentsOf = (calls: readonly Call[]): string =>
  calls
    .toSorted((a, b) => (a.tool < b.tool ? -1 : 1))
    .map(call => call.arguments)
    .join('\n')

function compareTexts(given: string, gold: string | null): ComparedTexts | null {
  if (gold === null) return null
  const [givenValues, goldValues] = comparableValues(given, gold)
  return { given, gold, givenValues, goldValues }
}

export function variantEvidenceOf({ tool }: Pick<SampleWidened, 'tool'>, { plannedTool }: Variant): VariantEvidence {
  return { kind: 'variant', plannedTool, goldTool: tool }
}
