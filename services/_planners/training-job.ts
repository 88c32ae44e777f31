import { canonicalJson, deriveId } from '#runtime/core/identity.ts'
import type { TrainingJob, TrainingSpec } from './training.ts'

/** The job of a spec. */
export function trainingJob(spec: TrainingSpec): TrainingJob {
  return { id: deriveId('training-job/v1', canonicalJson(spec)), spec }
}
