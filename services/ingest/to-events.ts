import type { ChatLogBody, EscalationBody, FeedbackBody } from '#dialects/record-bodies.ts'
import type { Pseudonymizer } from '#redaction/redact.ts'
import { createEventRedactor } from '#redaction/redact-event.ts'
import { canonicalJson, deriveId } from '#runtime/core/identity.ts'
import { avro } from '#schemas/avro.ts'
import type { ChatEscalated, ChatLogged, FeedbackGiven } from '#schemas/events.ts'

// Ids derive from the redacted event: the plain hash of a phone number could be found by trial.
const redactChatLogged = createEventRedactor(avro.ChatLogged)
const redactEscalation = createEventRedactor(avro.ChatEscalated)
const redactFeedback = createEventRedactor(avro.FeedbackGiven)

/** A turn as a redacted event. Without a given id, the same turn of the same conversation has the same id. */
export function toChatLogged(body: ChatLogBody, now: number, pseudonymOf: Pseudonymizer): ChatLogged {
  const { plan } = body
  const event = redactChatLogged(
    {
      id: body.id ?? '',
      parents: [],
      at: body.at ?? now,
      agent: body.agent,
      conversationId: body.conversationId,
      turn: body.turn,
      userId: body.userId ?? null,
      question: body.question,
      earlier: body.earlier ?? [],
      plan: {
        tool: plan.tool,
        argument: plan.argument,
        confidence: plan.confidence ?? null,
        margin: plan.margin ?? null,
        planner: plan.planner ?? null,
      },
      answer: body.answer ?? null,
      latencyMs: body.latencyMs ?? null,
      source: body.source ?? 'http',
    },
    pseudonymOf,
  )
  const { agent, conversationId, turn } = event
  return { ...event, id: event.id || deriveId('ingest/v1/chat', canonicalJson([agent, conversationId, turn])) }
}

/** An escalation as a redacted event. Without a given id, the same content has the same id. */
export function toChatEscalated(body: EscalationBody, now: number, pseudonymOf: Pseudonymizer): ChatEscalated {
  const event = redactEscalation(
    { ...envelope(body, now), turnId: body.turnId ?? null, reason: body.reason },
    pseudonymOf,
  )
  const { agent, conversationId, turnId, reason } = event
  const content = [agent, conversationId, turnId, reason, body.at ?? null]
  return { ...event, id: event.id || deriveId('ingest/v1/escalation', canonicalJson(content)) }
}

/** A rating as a redacted event. Without a given id, the same content has the same id. */
export function toFeedbackGiven(body: FeedbackBody, now: number, pseudonymOf: Pseudonymizer): FeedbackGiven {
  const event = redactFeedback(
    { ...envelope(body, now), turnId: body.turnId ?? null, rating: body.rating, comment: body.comment ?? null },
    pseudonymOf,
  )
  const { agent, conversationId, turnId, rating, comment } = event
  const content = [agent, conversationId, turnId, rating, comment, body.at ?? null]
  return { ...event, id: event.id || deriveId('ingest/v1/feedback', canonicalJson(content)) }
}

function envelope(body: EscalationBody | FeedbackBody, now: number) {
  const { id, agent, conversationId, turnId, at } = body
  return { id: id ?? '', parents: turnId == null ? [] : [turnId], at: at ?? now, agent, conversationId }
}
