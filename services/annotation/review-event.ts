import type { Pseudonymizer } from '#redaction/redact.ts'
import { createEventRedactor } from '#redaction/redact-event.ts'
import { deriveId } from '#runtime/core/identity.ts'
import { avro } from '#schemas/avro.ts'
import type { SampleReviewed } from '#schemas/events.ts'
import type { ReviewBody } from './bodies.ts'
import { independentReviews } from './consensus.ts'
import type { Item } from './state.ts'

/** A reviewer's review of a sample always has the same id, so that sending it again changes nothing. */
export const reviewId = (sampleId: string, reviewer: string): string =>
  deriveId('annotation/v1/review', sampleId, reviewer)

const redact = createEventRedactor(avro.SampleReviewed)

/**
 * The event of a valid review, redacted. Calls that it leaves out are the planned ones. The parents of an
 * adjudicator's review are the reviews that it decides between.
 */
export function sampleReviewed(
  body: ReviewBody,
  reviewer: string,
  { plan, step, reviews, at: sampledAt }: Item,
  now: number,
  pseudonymOf: Pseudonymizer,
): SampleReviewed {
  const { agent, sampleId, role, verdict } = body
  const unclear = verdict === 'unclear'
  const settled = role === 'adjudicator' ? independentReviews(reviews) : []
  return redact(
    {
      id: reviewId(sampleId, reviewer),
      parents: [sampleId, ...settled.map(({ id }) => id)],
      // The clocks of machines differ.
      at: Math.max(now, sampledAt, ...settled.flatMap(({ at }) => at ?? [])),
      agent,
      sampleId,
      step,
      reviewer,
      role,
      verdict,
      calls: unclear ? null : (body.calls ?? plan.calls),
      answer: body.answer ?? null,
      notes: body.notes ?? null,
    },
    pseudonymOf,
  )
}
