import type { FastifyInstance } from 'fastify'
import { conversationBody } from '#dialects/conversation-body.ts'
import { readConversation } from '#dialects/conversations/conversation.ts'
import { UnreadableConversation } from '#dialects/conversations/form.ts'
import { type ChatLogBody, chatLogBody } from '#dialects/record-bodies.ts'
import { type ChatTurn, isAnswered, splitTurns } from '#dialects/turns.ts'
import { httpError } from '#runtime/http/error.ts'
import type { ChatLogged } from '#schemas/events.ts'
import type { RecordSink } from './record-routes.ts'
import { validate } from './records.ts'
import { refusalReason } from './refusal-reasons.ts'
import type { ConversationResponse } from './responses.ts'

/**
 * `POST /v1/conversations`: all turns of a conversation are accepted, or none. Sent again with more turns, only those are new.
 * `toEvent` makes an event of a turn.
 */
export function serveConversations(
  app: FastifyInstance,
  toEvent: (body: ChatLogBody) => ChatLogged,
  sink: RecordSink<ChatLogged>,
): void {
  app.post('/v1/conversations', { config: { scope: 'ingest' } }, async ({ body }): Promise<ConversationResponse> => {
    let turns: readonly ChatTurn[]
    let events: readonly ChatLogged[]
    try {
      const { format, agent, conversationId, userId, source, ...conversation } = conversationBody.parse(body)
      if (!sink.isKnownAgent(agent))
        throw httpError(404, 'unknown_agent', `body.agent: not registered; send PUT /v1/agents/${agent} first`)
      turns = splitTurns(readConversation(conversation, format ?? undefined))
      events = turns.filter(isAnswered).map(turn => {
        const value = { ...turn, agent, conversationId, userId, source }
        // A position as that of a record, so that the counted reason has the field alone.
        return toEvent(validate(chatLogBody, { where: `[${turn.turn}]`, value }))
      })
    } catch (error) {
      const refusal = error instanceof UnreadableConversation ? httpError(400, 'unreadable', error.message) : error
      sink.countRefused(1, refusalReason(refusal) ?? 'error')
      throw refusal
    }
    const accepted = await sink.append(events)
    return {
      ...{ accepted, duplicates: events.length - accepted, ids: events.map(({ id }) => id) },
      unanswered: turns.length - events.length,
    }
  })
}
