import type { Call, Message } from './events.ts'

/** Shapes of the large things in the object store. Events carry their digest; `format` changes when a shape does. */

/** A row of a dataset: a step of a turn with the calls that humans agree on. */
export type DatasetRow = {
  readonly id: string
  readonly family: string
  /** Everything before the step, oldest message first. */
  readonly messages: readonly Message[]
  /** Empty: to answer without a tool is right. */
  readonly calls: readonly Call[]
  /** What a reviewer wrote as the right answer; absent where nobody did. */
  readonly answer?: string
  readonly synthetic: boolean
  /** Of the sample behind it; 1 for synthetic rows. */
  readonly inclusionProbability: number
  /** What production had decided at the step; absent for synthetic rows, and in rows from before it was kept. */
  readonly logged?: LoggedPlan
}

/** A plan as the agent's log has it. */
export type LoggedPlan = {
  readonly calls: readonly Call[]
  /** SHA-256 of the manifest of the planner that planned; null where it was the agent's own. */
  readonly planner: string | null
  /** Time that the step took; null if not logged. */
  readonly latencyMs: number | null
}

export type Dataset = {
  readonly format: 2
  readonly agent: string
  readonly version: number
  readonly rows: readonly DatasetRow[]
}

/** Frozen: no rung ever sees these rows or their families. */
export type EvaluationSet = { readonly format: 2; readonly agent: string; readonly rows: readonly DatasetRow[] }

/** What both planners did on each row of an evaluation set, beside what production did. */
export type EvaluationResults = {
  readonly format: 2
  readonly candidate: string
  readonly baseline: string
  readonly rows: readonly {
    readonly id: string
    readonly tool: string
    readonly candidateTool: string
    readonly baselineTool: string
    readonly inclusionProbability: number
    /** As `DatasetRow` has it; null where that has none. */
    readonly logged: {
      readonly tool: string
      readonly planner: string | null
      readonly latencyMs: number | null
    } | null
  }[]
}

/** Examples proven to make an agent reach gold: what a trajectory index is built from. */
export type ExampleSet = {
  readonly format: 1
  readonly examples: readonly {
    readonly id: string
    readonly family: string
    readonly question: string
    readonly earlier: readonly string[]
    readonly tool: string
    readonly argument: string
  }[]
}
