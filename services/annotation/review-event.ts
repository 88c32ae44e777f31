import type { Pseudonymizer } from '#redaction/redact.ts'
import { createEventRedactor } from '#redaction/redact-event.ts'
import { deriveId } from '#runtime/core/identity.ts'
import { avro } from '#schemas/avro.ts'
import type { SampleReviewed } from '#schemas/events.ts'
import { toolsOf } from '#schemas/turns.ts'
import type { ReviewBody } from './bodies.ts'
import { independentReviews } from './consensus.ts'
import type { Item } from './state.ts'

/** A reviewer's review of a sample always has the same id, so that sending it again changes nothing. */
export const reviewId = (sampleId: string, reviewer: string): string =>
  deriveId('annotation/v1/review', sampleId, reviewer)

/** Why a review cannot be accepted, and how to correct it; null where it can. */
export function reviewProblem(
  { verdict, calls, role }: ReviewBody,
  item: Item,
  tools: ReadonlySet<string>,
): string | null {
  const { plan, disputed } = item
  if (role === 'adjudicator' && !disputed)
    return 'role: reviewers do not disagree on this sample; review it as a reviewer'
  if (verdict === 'unclear') return calls == null ? null : 'calls: leave them out where the verdict is unclear'
  if (verdict === 'wrong' && calls == null) return 'calls: a wrong plan needs the right calls'
  if (verdict === 'right' && calls != null && toolsOf(calls) !== toolsOf(plan.calls))
    return `calls: the plan was ${toolsOf(plan.calls)}; where other tools are right the verdict is wrong`
  const unknown = (calls ?? plan.calls).find(({ tool }) => !tools.has(tool))
  return unknown === undefined
    ? null
    : `calls: ${unknown.tool} is not in the agent's catalogue; answer wrong with calls that are`
}

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
