import type { LinearPlan as PlannerAnswer } from '../linear/model/linear-planner.ts'

/** A planner that answers. `digest` is what is loaded, not what was asked for. */
export type HostedPlanner = {
  readonly digest: string
  /** `family` leaves out examples of that family: for evaluation and proofs. */
  readonly plan: (question: string, earlier?: readonly string[], family?: string) => Promise<PlannerAnswer>
}

/** Loads planners by the digest of their manifest. */
export interface ModelHost {
  /** FLY_OBJECT when the manifest or a part of it is missing or damaged. */
  load(digest: string): Promise<HostedPlanner>
}
