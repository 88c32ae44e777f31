import { createPseudonymizer } from '#redaction/pseudonym.ts'
import type { Settings } from '#runtime/config/config.ts'
import { loadRedactionKey } from '#runtime/config/redaction-key.ts'
import type { Clock } from '#runtime/core/clock.ts'
import { httpError } from '#runtime/http/error.ts'
import type { ObjectStore } from '#runtime/objects/object-store.ts'
import type { Agents, HttpApi, HttpApiContext } from '#runtime/service.ts'
import type { AgentDescribed, SampleReviewed } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'
import { agreementOf } from './agreement.ts'
import {
  agentQuery,
  checkBody,
  giveBackBody,
  leaseBody,
  promptQuery,
  type ReviewBody,
  reviewBody,
  reviewsBody,
} from './bodies.ts'
import { nameOfKey, resolveReviewer, rolesOf } from './caller.ts'
import { reviewsNeeded } from './decide.ts'
import { leasedItemView, loadText } from './leased-item.ts'
import { createLeases } from './leases.ts'
import { openapi } from './openapi.ts'
import { contentSecurityPolicy, page } from './page.ts'
import { reviewId, sampleReviewed } from './review-event.ts'
import { callProblems, reviewProblem } from './review-problem.ts'
import { closedCounts, closedOf, type Item, itemsOf, type Overlap, overlapsOf } from './state.ts'

type Context = Pick<HttpApiContext<'annotation'>, 'partitionStates'> & {
  readonly append: (to: typeof topic.reviews, events: readonly SampleReviewed[]) => Promise<void>
  readonly settings: Pick<Settings, 'home' | 'redactionKey'>
}
export type HttpApiPorts = {
  readonly agents: Pick<Agents, 'all' | 'get'>
  readonly clock: Clock
  readonly objects: ObjectStore
}

/** Leases, reviews, agreement and the review page, for the partitions that this process owns. */
export function httpApi(context: Context, { agents, clock, objects }: HttpApiPorts): HttpApi<'annotation'> {
  const leases = createLeases(clock)
  /** Reasons to how many items were skipped for them. */
  const skipped = new Map<string, number>()
  const pseudonymOf = createPseudonymizer(loadRedactionKey(context.settings))

  const agentOrThrow = (agent: string, where = ''): AgentDescribed => {
    const described = agents.get(agent)
    if (!described) throw httpError(404, 'unknown_agent', `${where}agent: ${agent} is not registered with ingest`)
    return described
  }
  const openItems = (agent: string): (readonly [string, Item])[] =>
    context.partitionStates().flatMap(state => [...state.entries<Item>(itemsOf(agent))])
  const itemOrThrow = (agent: string, sampleId: string, where: string): Item => {
    const [item] = context.partitionStates().flatMap(state => state.get<Item>(itemsOf(agent), sampleId) ?? [])
    if (item) return item
    throw httpError(404, 'unknown_sample', `${where}sampleId: ${sampleId} is not in the queue of ${agent} here`)
  }
  const isClosed = (agent: string, sampleId: string): boolean =>
    context.partitionStates().some(state => state.get(closedOf(agent), sampleId) !== undefined)

  /** The event of a review, or why there is none. Throws HttpError 400 or 404 with the review and the field. */
  const readReview = (body: ReviewBody, reviewer: string, where: string): SampleReviewed | 'duplicate' | 'closed' => {
    const { agent, sampleId } = body
    const described = agentOrThrow(agent, where)
    if (isClosed(agent, sampleId)) return 'closed'
    const item = itemOrThrow(agent, sampleId, where)
    if (leases.hasReviewed(sampleId, reviewer) || item.reviews.some(review => review.reviewer === reviewer))
      return 'duplicate'
    const problem = reviewProblem(body, item, catalogueOf(described))
    if (problem) throw httpError(400, 'invalid', `${where}${problem}`)
    return sampleReviewed(body, reviewer, item, clock.now(), pseudonymOf)
  }

  return {
    routes(app) {
      app.post('/v1/queue/lease', { config: { scope: 'review' } }, async request => {
        const { agent, count, minutes, ...asked } = leaseBody.parse(request.body)
        const who = { reviewer: resolveReviewer(request, asked), role: asked.role }
        const { budgets } = agentOrThrow(agent)
        const { leased, left } = leases.take(openItems(agent), who, count, minutes * 60_000)
        const views = leased.map(one => leasedItemView(one, who.role, reviewsNeeded(one.sampleId, budgets), objects))
        return { items: await Promise.all(views), left }
      })

      app.post('/v1/queue/give-back', { config: { scope: 'review' } }, async request => {
        const { agent, sampleIds, reason, ...asked } = giveBackBody.parse(request.body)
        const reviewer = resolveReviewer(request, asked)
        agentOrThrow(agent)
        if (reason !== undefined) {
          for (const sampleId of sampleIds) leases.skip(sampleId, reviewer)
          skipped.set(reason, (skipped.get(reason) ?? 0) + sampleIds.length)
        }
        return { givenBack: sampleIds.filter(sampleId => leases.giveBack(sampleId, reviewer)).length }
      })

      app.get('/v1/queue/prompt', { config: { scope: 'review' } }, async request => {
        const { agent, sampleId } = promptQuery.parse(request.query)
        agentOrThrow(agent)
        const { prompt } = itemOrThrow(agent, sampleId, '')
        return { text: prompt && (await loadText(prompt, objects)) }
      })

      app.post('/v1/reviews/check', { config: { scope: 'review' } }, async request => {
        const { agent, calls } = checkBody.parse(request.body)
        return { problems: callProblems(calls, catalogueOf(agentOrThrow(agent))) }
      })

      app.post('/v1/reviews', { config: { scope: 'review' } }, async request => {
        const many = Array.isArray(request.body)
        const bodies = many ? reviewsBody.parse(request.body) : [reviewBody.parse(request.body)]
        const readings = bodies.map((body, index) => {
          const where = many ? `[${index}].` : ''
          const reviewer = resolveReviewer(request, body, where)
          return { id: reviewId(body.sampleId, reviewer), reading: readReview(body, reviewer, where) }
        })
        const events = new Map(
          readings.flatMap(({ id, reading }) => (typeof reading === 'string' ? [] : [[id, reading] as const])),
        )
        if (events.size > 0) await context.append(topic.reviews, [...events.values()])
        for (const { sampleId, reviewer } of events.values()) leases.markReviewed(sampleId, reviewer)
        const closed = readings.filter(({ reading }) => reading === 'closed').length
        const duplicates = bodies.length - events.size - closed
        return { accepted: events.size, duplicates, closed, ids: readings.map(({ id }) => id) }
      })

      app.get('/v1/queue', { config: { scope: 'review' } }, async request => {
        const { agent } = agentQuery.parse(request.query)
        agentOrThrow(agent)
        const items = openItems(agent)
        const oldest = items.reduce((first, [, { at }]) => Math.min(first, at), Number.POSITIVE_INFINITY)
        return {
          open: items.length,
          disputed: items.filter(([, { disputed }]) => disputed).length,
          leased: items.filter(([sampleId, item]) => leases.isLeased(sampleId, item)).length,
          closed: context
            .partitionStates()
            .reduce((sum, state) => sum + (state.get<number>(closedCounts, agent) ?? 0), 0),
          oldest: items.length === 0 ? null : oldest,
          skipped: Object.fromEntries(skipped),
        }
      })

      app.get('/v1/reviewer', { config: { scope: 'review' } }, async request => ({
        reviewer: nameOfKey(request),
        roles: rolesOf(request),
        agents: agents.all().map(({ agent, name, tools }) => ({
          ...{ agent, name },
          tools: tools.map(({ name, description, argumentSchema }) => ({ name, description, argumentSchema })),
        })),
      }))

      app.get('/v1/agreement', async request => {
        const { agent } = agentQuery.parse(request.query)
        agentOrThrow(agent)
        const overlaps = context.partitionStates().flatMap(state => [...state.entries<Overlap>(overlapsOf(agent))])
        return agreementOf(overlaps.map(([, overlap]) => overlap))
      })

      app.get('/review', async (_request, reply) =>
        reply.type('text/html; charset=utf-8').header('content-security-policy', contentSecurityPolicy).send(page),
      )
      app.get('/review/openapi.json', async () => openapi)
    },
  }
}

const catalogueOf = ({ tools }: AgentDescribed): ReadonlyMap<string, string | null> =>
  new Map(tools.map(({ name, argumentSchema }) => [name, argumentSchema]))
