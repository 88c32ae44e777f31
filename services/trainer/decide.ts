import type { TrainingResult } from '#planners/lanes/trainer.ts'
import type { Decision } from '#runtime/service.ts'
import { topic } from '#topology/topic-names.ts'
import type { Inbound } from '#topology/types.ts'

/** What a training came to; undefined where the request is not for this rung. */
export type Facts = (TrainingResult & { readonly seconds: number }) | undefined

export function decide({ event }: Inbound<'trainer'>, facts: Facts): Decision<'trainer'> {
  if (facts === undefined) return {}
  const { agent, id: requestId, datasetVersion, evaluation, baseline } = event
  return {
    emit: [{ topic: topic.trainedModels, event: { agent, requestId, datasetVersion, evaluation, baseline, ...facts } }],
  }
}
