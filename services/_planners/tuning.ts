import type { Call, Tool } from '#schemas/events.ts'
import type { StepInput, Usage } from './plan.ts'

/** What a planner is told of a tool. `argumentSchema`: JSON Schema as text, null for one query, undefined where it is not known. */
export type PlannerTool = Pick<Tool, 'name' | 'description'> & Partial<Pick<Tool, 'argumentSchema'>>

/** What is known of an agent before any tuning. */
export type AgentBasis = {
  readonly agent: string
  readonly tools: readonly PlannerTool[]
  /** As its chat logs show it: digest of the system prompt, name of the model. */
  readonly observed?: { readonly prompt: string | null; readonly model: string | null }
}

/** One step with the calls that humans agree on. */
export type GoldStep = {
  readonly id: string
  readonly family: string
  /** A variant of a gold step, which no user wrote. */
  readonly synthetic: boolean
  readonly input: StepInput
  readonly calls: readonly Call[]
}

/** What the prompt rung and the trajectory rung start from. The same tuning gives the same candidate. */
export type Tuning = {
  /** As of now: the catalogue may have changed since the baseline was made. */
  readonly basis: AgentBasis
  /** Digest of the planner to improve. */
  readonly baseline: string
  /** Of training families only. */
  readonly rows: readonly GoldStep[]
  readonly seed: number
  /** For language models; null: no limit. */
  readonly budget: { readonly tokens: number; readonly dollars: number } | null
}

/** Too few rows to learn from some and hold others out. */
export type TooFewRows = { readonly outcome: 'tooFewRows'; readonly reason: string }

/** With too few rows, which is an expected outcome, the candidate is untuned and its scores are 0. */
export type TuningOutcome = { readonly outcome: 'tuned' } | TooFewRows

/** What the prompt rung found. Scores are shares of rows planned right: of those searched with, and of those held out. */
export type Searched = TuningOutcome & {
  readonly candidate: string
  readonly searchScore: number
  readonly heldScore: number
  readonly attempts: number
  readonly usage: Usage | null
}

/** What the trajectory rung proved. Counts of rows: admitted as examples, refused, planned right without examples. */
export type Proven = TuningOutcome & {
  readonly candidate: string
  /** Digest of the example set. */
  readonly examples: string
  readonly admitted: number
  readonly refused: number
  readonly unaided: number
  readonly usage: Usage | null
}
