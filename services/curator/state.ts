import type { Call, Message } from '#schemas/events.ts'
import type { LoggedPlan } from '#schemas/objects.ts'

/** An agreed gold answer, stored under the id of its sample. `family` is that of its rows in datasets, see `datasetFamily`. */
export type StoredGold = {
  readonly goldId: string
  readonly at: number
  readonly family: string
  /** Everything before the step. */
  readonly messages: readonly Message[]
  readonly calls: readonly Call[]
  /** The right answer as a reviewer wrote it; absent where nobody did. */
  readonly answer?: string
  readonly inclusionProbability: number
  /** What the agent had decided; absent in state from before it was kept. */
  readonly logged?: LoggedPlan
  /** Whether a late outcome selected the sample; null where the gold answer does not say, absent in state from before it was kept. */
  readonly correction?: boolean | null
}

/** The accepted variants of a gold answer, stored under the id of its sample. The list is empty where self-play accepted none. */
export type StoredVariants = {
  readonly goldId: string
  readonly variants: readonly { readonly id: string; readonly question: string; readonly calls: readonly Call[] }[]
}

/** Plans that a trusted judge graded against gold of one tool. */
export type ToolErrorCounts = { readonly graded: number; readonly wrong: number }

/** The counts that the event of a dataset states. */
export type DatasetCounts = {
  readonly trainingRows: number
  readonly syntheticRows: number
  readonly evaluationRows: number
  readonly families: number
  readonly refusedLeaks: number
}

export type DatasetProgress = {
  /** Gold answers that are complete: self-play is done with them. */
  readonly complete: number
  /** Of those, completed since the newest dataset. */
  readonly fresh: number
  /** Of the newest dataset; 0 before the first. */
  readonly version: number
  /** Share of families that the newest dataset held out: it may fall, but not rise. */
  readonly share: number
  readonly newest: DatasetCounts
}

export const initialProgress: DatasetProgress = {
  complete: 0,
  fresh: 0,
  version: 0,
  share: 1,
  newest: { trainingRows: 0, syntheticRows: 0, evaluationRows: 0, families: 0, refusedLeaks: 0 },
}

export function collectionNames(agent: string) {
  return {
    gold: `gold/${agent}`,
    /** By family of a gold answer: the family of its rows in datasets. */
    families: `families/${agent}`,
    variants: `variants/${agent}`,
    errors: `errors/${agent}`,
    progress: `progress/${agent}`,
  } as const
}
