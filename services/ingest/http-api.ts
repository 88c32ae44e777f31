import { join } from 'node:path'
import { type ChatLogBody, chatLogBody, escalationBody, feedbackBody } from '#dialects/record-bodies.ts'
import { createPseudonymizer } from '#redaction/pseudonym.ts'
import type { Settings } from '#runtime/config/config.ts'
import { loadRedactionKey } from '#runtime/config/redaction-key.ts'
import type { Clock } from '#runtime/core/clock.ts'
import type { ObjectStore } from '#runtime/objects/object-store.ts'
import type { HttpApi, HttpApiContext } from '#runtime/service.ts'
import type { AgentDescribed, ChatLogged } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'
import type { EventOf } from '#topology/types.ts'
import { openAcceptedCounts } from './accepted-counts.ts'
import { serveAgents } from './agent-routes.ts'
import { callProblems } from './catalogue-check.ts'
import { serveConversations } from './conversation-route.ts'
import { createIntake, type IngestTopic, ingestTopics } from './intake.ts'
import { openapi } from './openapi.ts'
import { serveOtlp } from './otlp/route.ts'
import { openWaitingSpans } from './otlp/waiting-spans.ts'
import { createPrompts } from './prompts.ts'
import { type RecordSink, serveRecords } from './record-routes.ts'
import type { CountsResponse, HoursResponse } from './responses.ts'
import { toChatEscalated, toChatLogged, toFeedbackGiven } from './to-events.ts'

type Context = Pick<HttpApiContext<'ingest'>, 'append'> & {
  readonly settings: Pick<Settings, 'home' | 'redactionKey'>
}
/** Read before the routes answer, so that their ids are known. It takes a few seconds, however long the topics are. */
const readAtStart = { records: 200_000, bytes: 268_435_456 } as const

export type HttpApiPorts = { readonly clock: Clock; readonly objects: Pick<ObjectStore, 'put'> }

/** The HTTP API of ingest. A record is acknowledged once it is in the log, and not before. */
export function httpApi({ settings, append }: Context, { clock, objects }: HttpApiPorts): HttpApi<'ingest'> {
  const pseudonymOf = createPseudonymizer(loadRedactionKey(settings))
  const prompts = createPrompts(objects, pseudonymOf)
  const agents = new Map<string, AgentDescribed>()
  const intake = createIntake(append, openAcceptedCounts(join(settings.home, 'accepted')))
  const waitingSpans = openWaitingSpans(join(settings.home, 'traces'))
  const now = (): number => clock.now()
  const keepAgent = (described: AgentDescribed): void => {
    if (described.removed) agents.delete(described.agent)
    else agents.set(described.agent, described)
  }
  const toTurn = (body: ChatLogBody): ChatLogged => {
    const described = agents.get(body.agent)
    const turn = toChatLogged(body, now(), pseudonymOf, calls => (described ? callProblems(described, calls) : []))
    return prompts.named(turn, body.prompt)
  }

  const sinkOf = <T extends IngestTopic>(name: T): RecordSink<EventOf<T>> => ({
    isKnownAgent: agent => agents.has(agent),
    otherContentCheck: () => intake.otherContentCheck(name),
    append: events => intake.accept(name, events, now()),
    countRefused: (records, reason) => intake.countRefused(name, records, reason),
  })

  const turnSink: RecordSink<ChatLogged> = {
    ...sinkOf(topic.chatLogs),
    async append(turns) {
      await prompts.store(turns)
      return intake.accept(topic.chatLogs, turns, now())
    },
  }

  return {
    onRecord(followed) {
      if (followed.topic === topic.agents) keepAgent(followed.event)
      else intake.onRecord(followed, now())
    },
    onUnreadable: record => intake.onUnreadable(record, now()),
    newest: { topics: ingestTopics, ...readAtStart, onLeftOut: intake.onLeftOut },
    close: async () => waitingSpans.close(),
    routes(app) {
      serveRecords(
        app,
        {
          topic: topic.chatLogs,
          schema: chatLogBody,
          toEvent: toTurn,
        },
        turnSink,
      )
      serveRecords(
        app,
        {
          topic: topic.escalations,
          schema: escalationBody,
          toEvent: body => toChatEscalated(body, now(), pseudonymOf),
        },
        sinkOf(topic.escalations),
      )
      serveRecords(
        app,
        {
          topic: topic.feedback,
          schema: feedbackBody,
          toEvent: body => toFeedbackGiven(body, now(), pseudonymOf),
        },
        sinkOf(topic.feedback),
      )
      serveConversations(app, toTurn, turnSink)
      serveOtlp(app, body => toTurn(chatLogBody.parse(body)), turnSink, waitingSpans, now)
      serveAgents(app, agents, described => append(topic.agents, [described]), now)
      app.get(
        '/v1/ingest/counts',
        async (): Promise<CountsResponse> => ({
          ...intake.counts,
          callProblems: intake.callProblems,
          refusals: intake.refusals(),
        }),
      )
      app.get('/v1/ingest/hours', async (): Promise<HoursResponse> => {
        const { completeSince, hours } = intake.hours(now())
        return { completeSince, hours: [...hours] }
      })
      app.get('/openapi.json', async () => openapi)
    },
  }
}
