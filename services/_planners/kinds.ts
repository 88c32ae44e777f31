import { linear } from './linear/kind.ts'
import type { PlannerKind } from './planner.ts'
import type { AgentBasis } from './tuning.ts'

/** The kind of planner that an agent is tuned with. There is one kind so far. */
export function kindOf(_basis: AgentBasis): PlannerKind {
  return linear
}
