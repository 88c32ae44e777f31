import type { GoldAnswered, SampleSelected, SampleWidened, Variant } from '#schemas/events.ts'
import { comparableValues } from '#text/values.ts'
import type { GoldSimilarity } from './gold-similarity.ts'
import type { ModelOpinion } from './model/verdict.ts'

/**
 * Tier 1: all that the grade of one plan may rest on, and no more. Tier 2 sees nothing else, so that either tier can be
 * replayed by itself.
 */
export type Packet = SignalEvidence | OpinionEvidence | GoldEvidence | VariantEvidence

/** How a turn without gold went. */
export type Signals = {
  readonly kind: 'signals'
  readonly confidence: number | null
  readonly margin: number | null
  readonly escalated: boolean
  readonly rating: string | null
  readonly repeatAsk: boolean
  readonly latencyMs: number | null
}

/** With what earlier gold says of such a question. No text: what a customer writes is no more than its likeness. */
export type SignalsWithSimilarity = Signals & { readonly likeness: GoldSimilarity }

/** With the weights that earlier gold had left, in the order of `features` (`signals.ts`). */
export type SignalEvidence = SignalsWithSimilarity & { readonly weights: readonly number[] }

/** What a language model said, or why it said nothing of use. */
export type OpinionEvidence = ModelOpinion & { readonly kind: 'opinion' }

/** What was planned and answered beside what is right; gold's are null where reviewers were undecided or wrote none. */
export type GoldEvidence = {
  readonly kind: 'gold'
  readonly plannedTool: string
  readonly goldTool: string | null
  readonly argument: ComparedTexts | null
  /** null where the agent's answer is not known, or gold has none. */
  readonly answer: ComparedTexts | null
}

/** Two texts, and their values however each writes them. */
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

/** `answer` is what the agent had answered, where it is still known. */
export function goldEvidenceOf(
  gold: Pick<GoldAnswered, 'plan' | 'tool' | 'argument' | 'answer'>,
  answer: string | null,
): GoldEvidence {
  const { plan, tool } = gold
  return {
    kind: 'gold',
    plannedTool: plan.tool,
    goldTool: tool,
    argument: compareTexts(plan.argument, gold.argument),
    answer: answer === null ? null : compareTexts(answer, gold.answer),
  }
}

function compareTexts(given: string, gold: string | null): ComparedTexts | null {
  if (gold === null) return null
  const [givenValues, goldValues] = comparableValues(given, gold)
  return { given, gold, givenValues, goldValues }
}

export function variantEvidenceOf({ tool }: Pick<SampleWidened, 'tool'>, { plannedTool }: Variant): VariantEvidence {
  return { kind: 'variant', plannedTool, goldTool: tool }
}
