import type { Rung } from '#schemas/events.ts'

/** The ladder, cheapest rung first. */
export const ladder: readonly Rung[] = ['prompt', 'trajectory', 'lora']

/** A dataset to climb on. */
export type DatasetRef = {
  readonly version: number
  readonly dataset: string
  readonly evaluation: string
  readonly trainingRows: number
}

/** What became of one rung on one dataset. */
export type Attempt = {
  readonly rung: Rung
  readonly version: number
  readonly trainingRows: number
  readonly promoted: boolean
  /** Candidate minus baseline accuracy, and the lower end of its 95% interval. */
  readonly difference: number
  readonly lower: number
}

/** The planner served now, null before the first promotion, and its accuracy on the newest evaluation set it met. */
export type ServedPlanner = { readonly planner: string | null; readonly accuracy: number }

/** Where the climb stands. `pending` is asked for and not yet released or rejected. */
export type Climb = {
  readonly ground: DatasetRef
  readonly pending: { readonly rung: Rung; readonly baseline: string }
}

export type AgentProgress = {
  /** Newest dataset that was started on: each is climbed once. */
  readonly version: number
  readonly climb: Climb | null
  /** The newest dataset that came meanwhile. */
  readonly next: DatasetRef | null
  readonly served: ServedPlanner | null
}

export const initialProgress: AgentProgress = { version: 0, climb: null, next: null, served: null }

/** `standing` holds one Standing under the agent's name; `tries` holds every Try under `version/rung`. */
export function collectionNames(agent: string) {
  return { standing: `standing/${agent}`, tries: `tries/${agent}` } as const
}
