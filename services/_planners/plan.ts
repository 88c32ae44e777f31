import type { Call, Message } from '#schemas/events.ts'

/** Everything before the step that is to be planned, oldest message first. */
export type StepInput = { readonly messages: readonly Message[] }

/** A step to plan. No example of the family `exceptFamily` is consulted: for evaluation and proofs. */
export type PlanRequest = { readonly input: StepInput; readonly exceptFamily?: string }

export type Plan = {
  /** Empty: the agent answers without a tool. */
  readonly calls: readonly Call[]
  /** What a language model wrote beside or instead of calls; null for a kind that writes nothing. */
  readonly text: string | null
  /** Probability of the first call's tool, in [0, 1]; null where the kind cannot say. */
  readonly confidence: number | null
  /** Probability of the first call's tool minus that of the runner-up, in [0, 1]; null where the kind cannot say. */
  readonly margin: number | null
  /** The likeliest tools, likeliest first; null where the kind cannot say. */
  readonly ranking: readonly { readonly tool: string; readonly probability: number }[] | null
  /** The golden examples that were consulted, nearest first. */
  readonly exampleIds: readonly string[]
}

/** Tokens of language models; `dollars` is null where the price is unknown. */
export type Usage = {
  readonly inputTokens: number
  readonly cachedTokens: number
  readonly outputTokens: number
  readonly dollars: number | null
}

/** A plan and what it took. `model`, `usage` and `firstTokenMs` are null for a kind that asks no language model. */
export type Planned = {
  readonly plan: Plan
  readonly model: string | null
  readonly usage: Usage | null
  readonly firstTokenMs: number | null
  readonly latencyMs: number
}
