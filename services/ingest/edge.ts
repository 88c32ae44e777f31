import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ZodType } from 'zod'
import { createPseudonyms } from '#redaction/pseudonym.ts'
import type { PseudonymOf } from '#redaction/redact.ts'
import { redactionKey } from '#runtime/config/redaction-key.ts'
import { httpError } from '#runtime/http/error.ts'
import { parseJson } from '#runtime/http/json-body.ts'
import type { Edge, EdgeContext } from '#runtime/service.ts'
import type { AgentDescribed } from '#schemas/events.ts'
import { topic } from '#topology/names.ts'
import type { EventOf } from '#topology/types.ts'
import { agentBody, agentParams, chatLogBody, escalationBody, feedbackBody } from './bodies.ts'
import { agentDescribed, chatEscalated, chatLogged, feedbackGiven } from './decide.ts'
import { createIntake, type Kind } from './intake.ts'
import { openLedger } from './ledger.ts'
import { linesOf } from './lines.ts'
import { openapi } from './openapi.ts'
import { serveOtlp } from './otlp/otlp.ts'
import { type Raw, recordsOf, validate } from './records.ts'
import { takeLines } from './stream.ts'

/** The wheel's front door: a record is acknowledged once it is in the log, and not before. */
export function edge(context: EdgeContext<'ingest'>): Edge<'ingest'> {
  const { clock } = context.ports
  const pseudonymOf = createPseudonyms(redactionKey(context.settings))
  const agents = new Map<string, AgentDescribed>()
  const intake = createIntake(context.append, openLedger(join(context.settings.home, 'accepted')))

  const accept = <T extends Kind, B extends { agent: string }>(
    app: FastifyInstance,
    kind: T,
    schema: ZodType<B>,
    toEvent: (body: B, now: number, pseudonymOf: PseudonymOf) => EventOf<T>,
  ): void => {
    const read = (raw: Raw): EventOf<T> => {
      const body = validate(schema, raw)
      if (!agents.has(body.agent))
        throw httpError(404, 'unknown_agent', `${raw.where || 'body'}.agent: PUT /v1/agents/${body.agent} first`)
      return toEvent(body, clock.now(), pseudonymOf)
    }
    const take = (events: readonly EventOf<T>[]): Promise<number> => intake.take(kind, events, clock.now())

    /** All or nothing: the first problem refuses the whole request, before anything is appended. */
    const whole = async (body: unknown): Promise<object> => {
      let sent = 1
      let events: EventOf<T>[]
      try {
        const raw = recordsOf(body)
        sent = raw.length
        events = raw.map(read)
      } catch (error) {
        intake.refused(kind, sent)
        throw error
      }
      const accepted = await take(events)
      return { accepted, duplicates: events.length - accepted, ids: events.map(({ id }) => id) }
    }
    /** Line by line: what is refused does not hold up the others. */
    const streamed = async (body: Readable, reply: FastifyReply): Promise<object> => {
      const receipt = await takeLines(linesOf(body), bytes => read({ where: '', value: parseJson(bytes) }), take)
      intake.refused(kind, receipt.refused)
      reply.code(receipt.refused > 0 ? 207 : 200)
      return receipt
    }
    app.post(`/v1/${kind}`, { config: { scope: 'ingest' } }, ({ body }, reply) =>
      body instanceof Readable ? streamed(body, reply) : whole(body),
    )
  }

  return {
    saw(followed) {
      if (followed.topic === topic.agents) agents.set(followed.event.agent, followed.event)
      else intake.saw(followed, clock.now())
    },
    routes(app) {
      accept(app, topic.chatLogs, chatLogBody, chatLogged)
      accept(app, topic.escalations, escalationBody, chatEscalated)
      accept(app, topic.feedback, feedbackBody, feedbackGiven)
      serveOtlp(app, {
        isKnown: agent => agents.has(agent),
        read: body => chatLogged(chatLogBody.parse(body), clock.now(), pseudonymOf),
        take: event => intake.take(topic.chatLogs, [event], clock.now()),
        refused: turns => intake.refused(topic.chatLogs, turns),
      })
      app.get('/v1/ingest/counts', async () => intake.counts)
      app.get('/v1/ingest/hours', async () => ({ hours: intake.hours(clock.now()) }))
      app.get('/openapi.json', async () => openapi)

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
