import type { AgentBasis, TuningOutcome } from './tuning.ts'

/** What to train, as data. `dataset` is the digest of a `Dataset` in the object store. */
export type TrainingSpec = {
  readonly basis: AgentBasis
  /** Digest of the planner whose adapter is trained. */
  readonly baseline: string
  readonly dataset: string
  readonly seed: number
}

/** `id` derives from the spec (`trainingJob`): the same spec is the same job, whatever crashed in between. */
export type TrainingJob = { readonly id: string; readonly spec: TrainingSpec }

/** What a job made: an adapter and the candidate that uses it. */
export type Trained = TuningOutcome & {
  readonly candidate: string
  readonly adapter: string
  readonly rank: number
  readonly trainableParameters: number
  readonly totalParameters: number
  readonly validationAccuracy: number
  /** How many settings were tried. */
  readonly trials: number
  readonly lane: string
}

export type JobState =
  /** Never submitted, or forgotten since: submit it. */
  | { readonly state: 'unknown' }
  /** `progress` is in [0, 1], null where it is not known. */
  | { readonly state: 'running'; readonly progress: number | null }
  | { readonly state: 'succeeded'; readonly result: Trained }
  | { readonly state: 'failed'; readonly reason: string; readonly retryable: boolean }

/** A place where adapters are trained. No call waits for a job to end. */
export interface TrainingLane {
  /** Without effect for a job that is running or has succeeded. */
  submit(job: TrainingJob, signal: AbortSignal): Promise<void>
  observe(job: TrainingJob, signal: AbortSignal): Promise<JobState>
  /** Without effect for a job that is not running. */
  cancel(job: TrainingJob): Promise<void>
}
