import type { DatasetRow } from '#schemas/objects.ts'
import type { LinearManifest } from '../linear/model/manifest.ts'

/** A row to train on. */
export type TrainingRow = Omit<DatasetRow, 'inclusionProbability'>

export type TrainingResult = {
  /** Digest of the new planner manifest in the object store. */
  readonly candidate: string
  readonly adapter: string
  readonly rank: number
  readonly trainableParameters: number
  readonly totalParameters: number
  readonly validationAccuracy: number
  readonly tries: number
  readonly lane: string
}

/** Trains one adapter. The same spec gives the job that already ran for it, whatever crashed in between. */
export interface Trainer {
  train(
    spec: {
      readonly base: LinearManifest
      readonly dataset: string
      readonly rows: readonly TrainingRow[]
      readonly seed: number
    },
    signal: AbortSignal,
  ): Promise<TrainingResult>
}
