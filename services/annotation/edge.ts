import { createPseudonyms } from '#redaction/pseudonym.ts'
import { redactionKey } from '#runtime/config/redaction-key.ts'
import { httpError } from '#runtime/http/error.ts'
import type { Edge, EdgeContext } from '#runtime/service.ts'
import type { AgentDescribed, SampleReviewed } from '#schemas/events.ts'
import { topic } from '#topology/names.ts'
import { agreementOf } from './agreement.ts'
import { agentQuery, leaseBody, type ReviewBody, reviewBody, reviewsBody } from './bodies.ts'
import { ownName, reviewerOf, rolesOf } from './caller.ts'
import { createLeases } from './leases.ts'
import { openapi } from './openapi.ts'
import { page, policy } from './page.ts'
import { problemOf, reviewId, sampleReviewed } from './review.ts'
import { shown } from './shown.ts'
import { closedCounts, closedOf, type Item, itemsOf, type Overlap, overlapsOf } from './state.ts'

/** The reviewers' desk: leases, reviews, agreement and the page, over the partitions that this process owns. */
export function edge(context: EdgeContext<'annotation'>): Edge<'annotation'> {
  const { agents, clock, objects } = context.ports
  const leases = createLeases(clock)
  const pseudonymOf = createPseudonyms(redactionKey(context.settings))

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
  const read = (body: ReviewBody, reviewer: string, where: string): SampleReviewed | 'duplicate' | 'closed' => {
    const { agent, sampleId } = body
    const described = known(agent, where)
    const item = context.states().flatMap(state => state.get<Item>(itemsOf(agent), sampleId) ?? [])[0]
    if (!item && isClosed(agent, sampleId)) return 'closed'
    if (!item)
      throw httpError(404, 'unknown_sample', `${where}sampleId: ${sampleId} is not in the queue of ${agent} here`)
    if (leases.hasAnswered(sampleId, reviewer) || item.reviews.some(review => review.reviewer === reviewer))
      return 'duplicate'
    const problem = problemOf(body, item, new Set(described.tools.map(({ name }) => name)))
    if (problem) throw httpError(400, 'invalid', `${where}${problem}`)
    return sampleReviewed(body, reviewer, item, clock.now(), pseudonymOf)
  }

  return {
    routes(app) {
      app.post('/v1/queue/lease', { config: { scope: 'review' } }, async request => {
        const { agent, count, minutes, ...asked } = leaseBody.parse(request.body)
        const who = { reviewer: reviewerOf(request, asked), role: asked.role }
        known(agent)
        const leased = leases.take(open(agent), who, count, minutes * 60_000)
        return { items: await Promise.all(leased.map(one => shown(one, who.role, objects))) }
      })

      app.post('/v1/reviews', { config: { scope: 'review' } }, async request => {
        const many = Array.isArray(request.body)
        const bodies = many ? reviewsBody.parse(request.body) : [reviewBody.parse(request.body)]
        const readings = bodies.map((body, index) => {
          const where = many ? `[${index}].` : ''
          const reviewer = reviewerOf(request, body, where)
          return { id: reviewId(body.sampleId, reviewer), reading: read(body, reviewer, where) }
        })
        const events = new Map(
          readings.flatMap(({ id, reading }) => (typeof reading === 'string' ? [] : [[id, reading] as const])),
        )
        if (events.size > 0) await context.append(topic.reviews, [...events.values()])
        for (const { sampleId, reviewer } of events.values()) leases.answered(sampleId, reviewer)
        const closed = readings.filter(({ reading }) => reading === 'closed').length
        const duplicates = bodies.length - events.size - closed
        return { accepted: events.size, duplicates, closed, ids: readings.map(({ id }) => id) }
      })

      app.get('/v1/queue', { config: { scope: 'review' } }, async request => {
        const { agent } = agentQuery.parse(request.query)
        known(agent)
        const items = open(agent)
        const oldest = items.reduce((first, [, { at }]) => Math.min(first, at), Number.POSITIVE_INFINITY)
        return {
          open: items.length,
          disputed: items.filter(([, { disputed }]) => disputed).length,
          leased: items.filter(([sampleId, item]) => leases.held(sampleId, item)).length,
          closed: context.states().reduce((sum, state) => sum + (state.get<number>(closedCounts, agent) ?? 0), 0),
          oldest: items.length === 0 ? null : oldest,
        }
      })

      app.get('/v1/reviewer', { config: { scope: 'review' } }, async request => ({
        reviewer: ownName(request),
        roles: rolesOf(request),
        agents: agents.all().map(({ agent, name, tools }) => ({
          ...{ agent, name },
          tools: tools.map(tool => ({ name: tool.name, description: tool.description })),
        })),
      }))

      app.get('/v1/agreement', async request => {
        const { agent } = agentQuery.parse(request.query)
        known(agent)
        const overlaps = context.states().flatMap(state => [...state.entries<Overlap>(overlapsOf(agent))])
        return agreementOf(overlaps.map(([, overlap]) => overlap))
      })

      app.get('/review', async (_request, reply) =>
        reply.type('text/html; charset=utf-8').header('content-security-policy', policy).send(page),
      )
      app.get('/review/openapi.json', async () => openapi)
    },
  }
}
