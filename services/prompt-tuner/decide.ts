import type { Decision } from '#runtime/service.ts'
import { topic } from '#topology/topic-names.ts'
import type { Inbound } from '#topology/types.ts'

/** What a search came to; undefined where the request is not for this rung. */
export type Facts =
  | {
      readonly candidate: string
      readonly searchScore: number
      readonly heldScore: number
      readonly mutantsTried: number
      readonly seconds: number
    }
  | undefined

export function decide({ event }: Inbound<'prompt-tuner'>, facts: Facts): Decision<'prompt-tuner'> {
  if (facts === undefined) return {}
  const { agent, id: requestId, datasetVersion, evaluation, baseline } = event
  return {
    emit: [{ topic: topic.tunedPrompts, event: { agent, requestId, datasetVersion, evaluation, baseline, ...facts } }],
  }
}
