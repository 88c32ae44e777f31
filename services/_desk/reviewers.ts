import { at, requiredValue } from '#runtime/core/checked.ts'
import { hashFraction } from '#runtime/core/identity.ts'
import type { Api, QueueItem, ReviewBody, Role } from './api.ts'

/** A simulated reviewer: knows the right tool, errs at a fixed rate, and judges arguments more or less strictly. */
export type Reviewer = {
  readonly name: string
  readonly role: Role
  /** Probability of naming a wrong tool. */
  readonly errorRate: number
  /** Probability of calling a plan with the right tool wrong because of its argument. */
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
 * Each reviewer leases and reviews one batch, together at most `remaining` items; the adjudicator decides where the others
 * disagree. `truth` has the right tool of each conversation. Returns how many items were reviewed: 0 for an empty queue.
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
  const right = requiredValue(truth, item.conversationId)
  const others = tools.filter(tool => tool !== right)
  const errs = others.length > 0 && chance('error') < reviewer.errorRate
  const tool = errs ? at(others, Math.floor(chance('which') * others.length)) : right
  const about = { agent, sampleId: item.sampleId, reviewer: reviewer.name, role: reviewer.role }
  const [planned] = item.plan.calls
  const isStrict = chance('severity') < reviewer.severity && planned?.arguments !== item.question
  if (tool === planned?.tool && !isStrict) return { ...about, verdict: 'right' }
  return { ...about, verdict: 'wrong', calls: [{ tool, arguments: item.question }] }
}
