import { hashFraction } from '#runtime/core/identity.ts'
import type { Api, QueueItem, ReviewBody, Role } from './api.ts'

/** Simulated reviewers: they know the truth, err at a stated rate, and differ in how readily they call a plan wrong. */
export type Reviewer = {
  readonly name: string
  readonly role: Role
  /** Probability of naming a wrong tool. */
  readonly errorRate: number
  /** Probability of calling a right plan wrong over its argument, while naming the same tool. */
  readonly severity: number
}

export const reviewers: readonly Reviewer[] = [
  { name: 'ada', role: 'reviewer', errorRate: 0.01, severity: 0.02 },
  { name: 'ben', role: 'reviewer', errorRate: 0.02, severity: 0.1 },
  { name: 'chi', role: 'reviewer', errorRate: 0.01, severity: 0.05 },
  { name: 'dee', role: 'adjudicator', errorRate: 0, severity: 0 },
]

const leaseSize = 25

/**
 * Everybody reviews once, `remaining` items in all at most; the adjudicator what the others disagree on. The truth comes from
 * the visits: a conversation is about one tool. A queue that stays empty is asked again by the caller.
 */
export async function reviewQueue(
  api: Api,
  agent: string,
  truth: ReadonlyMap<string, string>,
  tools: readonly string[],
  remaining: number,
): Promise<number> {
  let done = 0
  for (const reviewer of reviewers) {
    const count = Math.min(leaseSize, Math.ceil(remaining / reviewers.length), remaining - done)
    if (count <= 0) continue
    const { items } = await api.lease({ agent, reviewer: reviewer.name, role: reviewer.role }, count)
    if (items.length === 0) continue
    await api.review(items.map(item => simulatedReview(agent, reviewer, item, truth, tools)))
    done += items.length
  }
  return done
}

function simulatedReview(
  agent: string,
  reviewer: Reviewer,
  item: QueueItem,
  truth: ReadonlyMap<string, string>,
  tools: readonly string[],
): ReviewBody {
  const chance = (what: string): number => hashFraction(`desk/${what}/${reviewer.name}`, item.sampleId)
  const right = truth.get(item.conversationId) ?? item.plan.tool
  const others = tools.filter(tool => tool !== right)
  const tool =
    chance('error') < reviewer.errorRate ? (others[Math.floor(chance('which') * others.length)] ?? right) : right
  const about = { agent, sampleId: item.sampleId, reviewer: reviewer.name, role: reviewer.role }
  if (tool === item.plan.tool && chance('severity') >= reviewer.severity) return { ...about, verdict: 'right' }
  return { ...about, verdict: 'wrong', tool, argument: item.question }
}
