import type { Rung } from '#schemas/events.ts'

/** A dataset and its evaluation set, by their digests, with the version of both. */
export type DatasetRef = {
  readonly version: number
  readonly dataset: string
  readonly evaluation: string
  readonly trainingRows: number
  /** When it was curated, in ms since 1970; absent in state from before it was kept. */
  readonly at?: number
}

/** The outcome of one rung on one dataset. */
export type Attempt = {
  readonly rung: Rung
  readonly version: number
  readonly trainingRows: number
  readonly promoted: boolean
  /** Candidate minus baseline accuracy, and the lower end of its 95% interval. */
  readonly difference: number
  readonly lower: number
}

/** The planner served now, null before the first promotion, with its accuracy on the newest evaluation set it was measured on. */
export type ServedPlanner = { readonly planner: string | null; readonly accuracy: number }

/** The dataset that is being tuned on (`ground`), and the request that is neither promoted nor rejected yet. */
export type Climb = {
  readonly ground: DatasetRef
  readonly pending: { readonly rung: Rung; readonly baseline: string }
}

export type AgentProgress = {
  /** Version of the newest dataset that was started: each is tuned on once. */
  readonly version: number
  /** null while no request is open. */
  readonly climb: Climb | null
  /** The newest dataset that arrived while another was being tuned on. */
  readonly next: DatasetRef | null
  readonly served: ServedPlanner | null
}

export const initialProgress: AgentProgress = { version: 0, climb: null, next: null, served: null }

/** The AgentProgress is stored under the agent's name, each Attempt under `VERSION/RUNG`. */
export function collectionNames(agent: string) {
  return { progress: `standing/${agent}`, attempts: `tries/${agent}` } as const
}
