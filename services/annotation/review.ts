import { deriveId } from '#runtime/identity.ts'
import type { Plan, SampleReviewed } from '#schemas/events.ts'
import type { ReviewBody } from './bodies.ts'

/** The same reviewer's review of the same sample has the same id, so that sending it again is harmless. */
export const reviewId = (sampleId: string, reviewer: string): string =>
  deriveId('annotation/v1/review', sampleId, reviewer)

/** What keeps a review from being recorded, with the fix; null where nothing does. */
export function problemOf({ verdict, tool }: ReviewBody, plan: Plan, tools: ReadonlySet<string>): string | null {
  if (verdict === 'unclear') return tool == null ? null : 'tool: leave it out where the verdict is unclear'
  if (verdict === 'wrong' && tool == null) return 'tool: a wrong plan needs the right tool'
  if (verdict === 'right' && tool != null && tool !== plan.tool)
    return `tool: the plan was ${plan.tool}; where another tool is right the verdict is wrong`
  const meant = tool ?? plan.tool
  return tools.has(meant) ? null : `tool: ${meant} is not in the agent's catalogue; answer wrong with one that is`
}

/** A review without problems as an event: what it does not say of the right plan is as planned. */
export function sampleReviewed(body: ReviewBody, plan: Plan, now: number): SampleReviewed {
  const { agent, sampleId, reviewer, verdict } = body
  const unclear = verdict === 'unclear'
  return {
    id: reviewId(sampleId, reviewer),
    parents: [sampleId],
    at: now,
    agent,
    sampleId,
    reviewer,
    verdict,
    tool: unclear ? null : (body.tool ?? plan.tool),
    argument: unclear ? null : (body.argument ?? plan.argument),
    answer: body.answer ?? null,
    notes: body.notes ?? null,
  }
}
