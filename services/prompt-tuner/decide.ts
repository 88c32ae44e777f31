import { requestFields } from '#planners/tuning-request.ts'
import type { Decision } from '#runtime/service.ts'
import { topic } from '#topology/topic-names.ts'
import type { Inbound } from '#topology/types.ts'

/** What a search found; undefined where the request is not for this rung. */
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
  return { emit: [{ topic: topic.tunedPrompts, event: { ...requestFields(event), ...facts } }] }
}
