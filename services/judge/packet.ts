import { figures } from '#planner/figures.ts'
import type { GoldAnswered, SampleSelected, SampleWidened, Variant } from '#schemas/events.ts'

/**
 * Tier 1: all that the grade of one plan may rest on, and no more. Tier 2 sees nothing else, so that either tier can be
 * replayed by itself.
 */
export type Packet = Signals | GoldEvidence | VariantEvidence

/** How a turn without gold went. */
export type Signals = {
  readonly kind: 'signals'
  readonly margin: number | null
  readonly escalated: boolean
  readonly rating: string | null
  readonly repeatAsk: boolean
  readonly latencyMs: number | null
}

/** What was planned beside what is right; gold tool and argument are null where reviewers were undecided. */
export type GoldEvidence = {
  readonly kind: 'gold'
  readonly plannedTool: string
  readonly goldTool: string | null
  readonly plannedArgument: string
  readonly goldArgument: string | null
  readonly plannedFigures: readonly string[]
  readonly goldFigures: readonly string[]
}

export type VariantEvidence = { readonly kind: 'variant'; readonly plannedTool: string; readonly goldTool: string }

export function signalsOf({ plan, outcome }: Pick<SampleSelected, 'plan' | 'outcome'>): Signals {
  return { kind: 'signals', margin: plan.margin, ...outcome }
}

export function goldEvidenceOf({
  plan,
  tool,
  argument,
}: Pick<GoldAnswered, 'plan' | 'tool' | 'argument'>): GoldEvidence {
  return {
    kind: 'gold',
    plannedTool: plan.tool,
    goldTool: tool,
    plannedArgument: plan.argument,
    goldArgument: argument,
    plannedFigures: figures(plan.argument),
    goldFigures: argument === null ? [] : figures(argument),
  }
}

export function variantEvidenceOf({ tool }: Pick<SampleWidened, 'tool'>, { plannedTool }: Variant): VariantEvidence {
  return { kind: 'variant', plannedTool, goldTool: tool }
}
