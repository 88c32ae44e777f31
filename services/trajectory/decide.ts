import { requestFields } from '#planners/tuning-request.ts'
import type { Decision } from '#runtime/service.ts'
import { topic } from '#topology/topic-names.ts'
import type { Inbound } from '#topology/types.ts'

/** What was proven; undefined where the request is not for this rung. */
export type Facts =
  | {
      readonly candidate: string
      readonly examples: string
      readonly admitted: number
      readonly unaided: number
      readonly refused: number
      readonly seconds: number
    }
  | undefined

export function decide({ event }: Inbound<'trajectory'>, facts: Facts): Decision<'trajectory'> {
  if (facts === undefined) return {}
  return { emit: [{ topic: topic.goldenTrajectories, event: { ...requestFields(event), ...facts } }] }
}
