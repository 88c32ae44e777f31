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

/** Why a review cannot be accepted, and how to correct it; null where it can. */
export function reviewProblem(
  { verdict, tool, role }: ReviewBody,
  item: Item,
  tools: ReadonlySet<string>,
): string | null {
  const { plan, disputed } = item
  if (role === 'adjudicator' && !disputed)
    return 'role: reviewers do not disagree on this sample; review it as a reviewer'
  if (verdict === 'unclear') return tool == null ? null : 'tool: leave it out where the verdict is unclear'
  if (verdict === 'wrong' && tool == null) return 'tool: a wrong plan needs the right tool'
  if (verdict === 'right' && tool != null && tool !== plan.tool)
    return `tool: the plan was ${plan.tool}; where another tool is right the verdict is wrong`
  const meant = tool ?? plan.tool
  return tools.has(meant) ? null : `tool: ${meant} is not in the agent's catalogue; answer wrong with one that is`
}

const redact = createEventRedactor(avro.SampleReviewed)

/**
 * The event of a valid review, redacted. Tool and argument that it leaves out are the planned ones. The parents of an
 * adjudicator's review are the reviews that it decides between.
 */
export function sampleReviewed(
  body: ReviewBody,
  reviewer: string,
  { plan, reviews, at: sampledAt }: Item,
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
      reviewer,
      role,
      verdict,
      tool: unclear ? null : (body.tool ?? plan.tool),
      argument: unclear ? null : (body.argument ?? plan.argument),
      answer: body.answer ?? null,
      notes: body.notes ?? null,
    },
    pseudonymOf,
  )
}
