/** A gold answer as the curator keeps it, under the id of its sample. */
export type StoredGold = {
  readonly goldId: string
  readonly at: number
  readonly family: string
  readonly question: string
  readonly earlier: readonly string[]
  readonly tool: string
  readonly argument: string
  readonly inclusionProbability: number
}

/** The accepted variants of a gold answer, under the id of its sample; an empty list says that self-play is done with it. */
export type StoredVariants = {
  readonly goldId: string
  readonly variants: readonly { readonly id: string; readonly question: string; readonly argument: string }[]
}

/** Plans of one gold tool that a trusted judge graded. */
export type ToolErrorCounts = { readonly graded: number; readonly wrong: number }

/** The figures of a dataset, as its event states them. */
export type DatasetCounts = {
  readonly trainingRows: number
  readonly syntheticRows: number
  readonly evaluationRows: number
  readonly families: number
  readonly refusedLeaks: number
}

export type DatasetProgress = {
  /** Gold answers that are complete now. */
  readonly complete: number
  /** Completed since the newest dataset. */
  readonly fresh: number
  /** Of the newest dataset; 0 before the first. */
  readonly version: number
  /** Share of families held out by the newest dataset; it may fall, never rise. */
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
    variants: `variants/${agent}`,
    errors: `errors/${agent}`,
    progress: `progress/${agent}`,
  } as const
}
