import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Counter } from 'prom-client'
import type { ZodType } from 'zod'
import { createPseudonyms } from '#redaction/pseudonym.ts'
import type { PseudonymOf } from '#redaction/redact.ts'
import { httpError } from '#runtime/http-error.ts'
import type { Edge, EdgeContext } from '#runtime/service.ts'
import type { AgentDescribed } from '#schemas/events.ts'
import { topic } from '#topology/names.ts'
import type { EventOf } from '#topology/types.ts'
import { agentBody, agentParams, chatLogBody, escalationBody, feedbackBody } from './bodies.ts'
import { agentDescribed, chatEscalated, chatLogged, feedbackGiven } from './decide.ts'
import { createRecent } from './recent.ts'
import { recordsOf, validate } from './records.ts'
import { redactionKey } from './redaction-key.ts'

type Kind = typeof topic.chatLogs | typeof topic.escalations | typeof topic.feedback

const records = new Counter({
  name: 'flywheel_ingest_records_total',
  help: 'Records sent to ingest, by what became of them.',
  labelNames: ['kind', 'outcome'],
})

const redactions = new Counter({
  name: 'flywheel_redactions_total',
  help: 'Values that ingest replaced by pseudonyms in accepted records, by kind.',
  labelNames: ['kind'],
})

/** The wheel's front door: a record is acknowledged once it is in the log, and not before. */
export function edge(context: EdgeContext<'ingest'>): Edge<'ingest'> {
  const { clock } = context.ports
  const pseudonymOf = createPseudonyms(redactionKey(context.settings))
  const agents = new Map<string, AgentDescribed>()
  const recent = createRecent()
  const counts = {
    [topic.chatLogs]: { accepted: 0, duplicate: 0, refused: 0 },
    [topic.escalations]: { accepted: 0, duplicate: 0, refused: 0 },
    [topic.feedback]: { accepted: 0, duplicate: 0, refused: 0 },
  }

  const count = (kind: Kind, outcome: 'accepted' | 'duplicate' | 'refused', by: number): void => {
    counts[kind][outcome] += by
    records.inc({ kind, outcome }, by)
  }

  /** All or nothing: the first problem refuses the whole request, before anything is appended. */
  const read = <B extends { agent: string }>(kind: Kind, schema: ZodType<B>, request: FastifyRequest): B[] => {
    let sent = 1
    try {
      const raw = recordsOf(request.headers['content-type'], request.body)
      sent = raw.length
      return raw.map(one => {
        const body = validate(schema, one)
        if (!agents.has(body.agent))
          throw httpError(404, 'unknown_agent', `${one.where || 'body'}.agent: PUT /v1/agents/${body.agent} first`)
        return body
      })
    } catch (error) {
      count(kind, 'refused', sent)
      throw error
    }
  }

  const accept = <T extends Kind, B extends { agent: string }>(
    app: FastifyInstance,
    kind: T,
    schema: ZodType<B>,
    toEvent: (body: B, now: number, pseudonymOf: PseudonymOf) => EventOf<T>,
  ): void => {
    app.post(`/v1/${kind}`, async request => {
      const events = read(kind, schema, request).map(body => toEvent(body, clock.now(), pseudonymOf))
      const byKey = new Map<string, EventOf<T>>()
      for (const event of events) {
        const key = keyOf(kind, event)
        if (!byKey.has(key)) byKey.set(key, event)
      }
      const accepted = await recent.admit(byKey, async fresh => {
        await context.append(kind, fresh)
        for (const event of fresh)
          for (const redaction of event.redactions) redactions.inc({ kind: redaction.kind }, redaction.count)
      })
      const duplicates = events.length - accepted
      count(kind, 'accepted', accepted)
      count(kind, 'duplicate', duplicates)
      return { accepted, duplicates, ids: events.map(({ id }) => id) }
    })
  }

  return {
    saw(followed) {
      if (followed.topic === topic.agents) agents.set(followed.event.agent, followed.event)
      else recent.saw(keyOf(followed.topic, followed.event))
    },
    routes(app) {
      accept(app, topic.chatLogs, chatLogBody, chatLogged)
      accept(app, topic.escalations, escalationBody, chatEscalated)
      accept(app, topic.feedback, feedbackBody, feedbackGiven)
      app.get('/v1/ingest/counts', async () => counts)

      app.put<{ Params: { agent: string } }>('/v1/agents/:agent', async request => {
        const { agent } = agentParams.parse(request.params)
        const described = agentDescribed(agent, agentBody.parse(request.body), clock.now())
        const changed = agents.get(agent)?.id !== described.id
        if (changed) {
          await context.append(topic.agents, [described])
          agents.set(agent, described)
        }
        return { agent, id: described.id, changed }
      })
      app.get('/v1/agents', async () => ({ agents: [...agents.values()] }))
      app.get<{ Params: { agent: string } }>('/v1/agents/:agent', async request => {
        const described = agents.get(request.params.agent)
        if (!described) throw httpError(404, 'unknown_agent', 'No such agent: PUT /v1/agents/AGENT registers one')
        return described
      })
    },
  }
}

/** Ids are the sender's: they are told apart by kind and agent, so that no agent can shadow another's. */
const keyOf = (kind: Kind, { agent, id }: { readonly agent: string; readonly id: string }): string =>
  `${kind}/${agent}/${id}`
