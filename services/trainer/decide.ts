import { requestFields } from '#planners/tuning-request.ts'
import type { Decision } from '#runtime/service.ts'
import { topic } from '#topology/topic-names.ts'
import type { Inbound } from '#topology/types.ts'

/** What was trained; undefined where the request is not for this rung. */
export type Facts =
  | {
      readonly candidate: string
      readonly adapter: string
      readonly rank: number
      readonly trainableParameters: number
      readonly totalParameters: number
      readonly validationAccuracy: number
      readonly tries: number
      readonly lane: string
      readonly seconds: number
    }
  | undefined

export function decide({ event }: Inbound<'trainer'>, facts: Facts): Decision<'trainer'> {
  if (facts === undefined) return {}
  return { emit: [{ topic: topic.trainedModels, event: { ...requestFields(event), ...facts } }] }
}
