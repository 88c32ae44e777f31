import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ZodType } from 'zod'
import { agentBody, agentParams } from '#dialects/agent-body.ts'
import { chatLogBody, escalationBody, feedbackBody } from '#dialects/record-bodies.ts'
import { createPseudonymizer } from '#redaction/pseudonym.ts'
import type { Pseudonymizer } from '#redaction/redact.ts'
import type { Settings } from '#runtime/config/config.ts'
import { loadRedactionKey } from '#runtime/config/redaction-key.ts'
import type { Clock } from '#runtime/core/clock.ts'
import { httpError } from '#runtime/http/error.ts'
import { parseJson } from '#runtime/http/json-body.ts'
import type { HttpApi, HttpApiContext } from '#runtime/service.ts'
import type { AgentDescribed } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'
import type { EventOf } from '#topology/types.ts'
import { acceptLines } from './accept-lines.ts'
import { openAcceptedCounts } from './accepted-counts.ts'
import { createIntake, type IngestTopic } from './intake.ts'
import { openapi } from './openapi.ts'
import { serveOtlp } from './otlp/route.ts'
import { type RawRecord, recordsOf, validate } from './records.ts'
import { toAgentDescribed, toChatEscalated, toChatLogged, toFeedbackGiven } from './to-events.ts'

type Context = Pick<HttpApiContext<'ingest'>, 'append'> & {
  readonly settings: Pick<Settings, 'home' | 'redactionKey'>
}
export type HttpApiPorts = { readonly clock: Clock }

/** The wheel's front door: a record is acknowledged once it is in the log, and not before. */
export function httpApi(context: Context, { clock }: HttpApiPorts): HttpApi<'ingest'> {
  const pseudonymOf = createPseudonymizer(loadRedactionKey(context.settings))
  const agents = new Map<string, AgentDescribed>()
  const intake = createIntake(context.append, openAcceptedCounts(join(context.settings.home, 'accepted')))

  const serveRecords = <T extends IngestTopic, B extends { agent: string }>(
    app: FastifyInstance,
    kind: T,
    schema: ZodType<B>,
    toEvent: (body: B, now: number, pseudonymOf: Pseudonymizer) => EventOf<T>,
  ): void => {
    const parseRecord = (raw: RawRecord): EventOf<T> => {
      const body = validate(schema, raw)
      if (!agents.has(body.agent))
        throw httpError(404, 'unknown_agent', `${raw.where || 'body'}.agent: PUT /v1/agents/${body.agent} first`)
      return toEvent(body, clock.now(), pseudonymOf)
    }
    const append = (events: readonly EventOf<T>[]): Promise<number> => intake.accept(kind, events, clock.now())

    /** All or nothing: the first problem refuses the whole request, before anything is appended. */
    const acceptAllOrNothing = async (body: unknown): Promise<object> => {
      let sent = 1
      let events: EventOf<T>[]
      try {
        const raw = recordsOf(body)
        sent = raw.length
        events = raw.map(parseRecord)
      } catch (error) {
        intake.countRefused(kind, sent)
        throw error
      }
      const accepted = await append(events)
      return { accepted, duplicates: events.length - accepted, ids: events.map(({ id }) => id) }
    }
    /** Line by line: what is refused does not hold up the others. */
    const acceptLineByLine = async (body: Readable, reply: FastifyReply): Promise<object> => {
      const receipt = await acceptLines(body, bytes => parseRecord({ where: '', value: parseJson(bytes) }), append)
      intake.countRefused(kind, receipt.refused)
      reply.code(receipt.refused > 0 ? 207 : 200)
      return receipt
    }
    app.post(`/v1/${kind}`, { config: { scope: 'ingest' } }, ({ body }, reply) =>
      body instanceof Readable ? acceptLineByLine(body, reply) : acceptAllOrNothing(body),
    )
  }

  return {
    onRecord(followed) {
      if (followed.topic === topic.agents) agents.set(followed.event.agent, followed.event)
      else intake.onRecord(followed, clock.now())
    },
    routes(app) {
      serveRecords(app, topic.chatLogs, chatLogBody, toChatLogged)
      serveRecords(app, topic.escalations, escalationBody, toChatEscalated)
      serveRecords(app, topic.feedback, feedbackBody, toFeedbackGiven)
      serveOtlp(app, {
        isKnownAgent: agent => agents.has(agent),
        toEvent: body => toChatLogged(chatLogBody.parse(body), clock.now(), pseudonymOf),
        append: event => intake.accept(topic.chatLogs, [event], clock.now()),
        countRefused: turns => intake.countRefused(topic.chatLogs, turns),
      })
      app.get('/v1/ingest/counts', async () => intake.counts)
      app.get('/v1/ingest/hours', async () => ({ hours: intake.hours(clock.now()) }))
      app.get('/openapi.json', async () => openapi)

      app.put<{ Params: { agent: string } }>('/v1/agents/:agent', async request => {
        const { agent } = agentParams.parse(request.params)
        const described = toAgentDescribed(agent, agentBody.parse(request.body), clock.now())
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
