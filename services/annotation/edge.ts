import { httpError } from '#runtime/http-error.ts'
import type { Edge, EdgeContext } from '#runtime/service.ts'
import type { AgentDescribed, SampleReviewed } from '#schemas/events.ts'
import { topic } from '#topology/names.ts'
import { leaseBody, queueQuery, type ReviewBody, reviewBody, reviewsBody } from './bodies.ts'
import { worthOf } from './decide.ts'
import { createLeases, type Leased } from './leases.ts'
import { problemOf, reviewId, sampleReviewed } from './review.ts'
import { closedCounts, closedOf, type Item, itemsOf } from './state.ts'

/** The reviewers' desk: leases, reviews and the state of the queue, over the partitions that this process owns. */
export function edge(context: EdgeContext<'annotation'>): Edge<'annotation'> {
  const { agents, clock } = context.ports
  const leases = createLeases(clock)

  const known = (agent: string, where = ''): AgentDescribed => {
    const described = agents.get(agent)
    if (!described) throw httpError(404, 'unknown_agent', `${where}agent: ${agent} is not registered with ingest`)
    return described
  }
  const open = (agent: string): (readonly [string, Item])[] =>
    context.states().flatMap(state => [...state.entries<Item>(itemsOf(agent))])
  const isClosed = (agent: string, sampleId: string): boolean =>
    context.states().some(state => state.get(closedOf(agent), sampleId) !== undefined)

  /** The event of a review, or how it counts instead. Throws HttpError 400 or 404 naming the review and its field. */
  const read = (body: ReviewBody, where: string): SampleReviewed | 'duplicate' | 'closed' => {
    const { agent, sampleId, reviewer } = body
    const described = known(agent, where)
    const item = context.states().flatMap(state => state.get<Item>(itemsOf(agent), sampleId) ?? [])[0]
    if (!item && isClosed(agent, sampleId)) return 'closed'
    if (!item)
      throw httpError(404, 'unknown_sample', `${where}sampleId: ${sampleId} is not in the queue of ${agent} here`)
    if (leases.hasAnswered(sampleId, reviewer) || item.reviews.some(review => review.reviewer === reviewer))
      return 'duplicate'
    const problem = problemOf(body, item.plan, new Set(described.tools.map(({ name }) => name)))
    if (problem) throw httpError(400, 'invalid', `${where}${problem}`)
    return sampleReviewed(body, item.plan, clock.now())
  }

  return {
    routes(app) {
      app.post('/v1/queue/lease', { config: { scope: 'review' } }, async request => {
        const { agent, reviewer, count, minutes } = leaseBody.parse(request.body)
        known(agent)
        return { items: leases.take(open(agent), reviewer, count, minutes * 60_000).map(shown) }
      })

      app.post('/v1/reviews', { config: { scope: 'review' } }, async request => {
        const many = Array.isArray(request.body)
        const bodies = many ? reviewsBody.parse(request.body) : [reviewBody.parse(request.body)]
        const readings = bodies.map((body, index) => read(body, many ? `[${index}].` : ''))
        const events = new Map(readings.flatMap(one => (typeof one === 'string' ? [] : [[one.id, one] as const])))
        if (events.size > 0) await context.append(topic.reviews, [...events.values()])
        for (const { sampleId, reviewer } of events.values()) leases.answered(sampleId, reviewer)
        const closed = readings.filter(one => one === 'closed').length
        return {
          accepted: events.size,
          duplicates: bodies.length - events.size - closed,
          closed,
          ids: bodies.map(({ sampleId, reviewer }) => reviewId(sampleId, reviewer)),
        }
      })

      app.get('/v1/queue', { config: { scope: 'review' } }, async request => {
        const { agent } = queueQuery.parse(request.query)
        known(agent)
        const items = open(agent)
        return {
          open: items.length,
          leased: items.filter(([sampleId, item]) => leases.held(sampleId, item)).length,
          closed: context.states().reduce((sum, state) => sum + (state.get<number>(closedCounts, agent) ?? 0), 0),
          oldest:
            items.length === 0
              ? null
              : items.reduce((oldest, [, { at }]) => Math.min(oldest, at), Number.POSITIVE_INFINITY),
        }
      })
    },
  }
}

/** What a reviewer sees of an item. */
function shown({ sampleId, item, until }: Leased): object {
  const { conversationId, question, earlier, plan, answer, arms, outcome } = item
  return {
    sampleId,
    conversationId,
    question,
    earlier,
    plan,
    answer,
    arms,
    outcome,
    value: worthOf(item),
    leasedUntil: until,
  }
}
