import type { AgentBody } from '#dialects/agent-body.ts'
import type { ChatLogBody, EscalationBody, FeedbackBody } from '#dialects/record-bodies.ts'
import type { Pseudonymizer } from '#redaction/redact.ts'
import { createEventRedactor } from '#redaction/redact-event.ts'
import { canonicalJson, deriveId } from '#runtime/core/identity.ts'
import { avro } from '#schemas/avro.ts'
import type { AgentDescribed, Budgets, ChatEscalated, ChatLogged, FeedbackGiven, Targets } from '#schemas/events.ts'

export const DEFAULT_BUDGETS: Budgets = {
  sampleShare: 0.1,
  reviewersPerItem: 1,
  overlapShare: 0.1,
  newGoldForDataset: 200,
  evaluationShare: 0.15,
  syntheticShare: 0.5,
  arms: { impact: 0.15, underrepresented: 0.05, random: 0.02 },
}
export const DEFAULT_TARGETS: Targets = { accuracy: 0.95, margin: 0.01, stratumMargin: 0.05 }

// Identities derive from what is left after redaction: a plain hash of a phone number would tell it.
const redactChatLogged = createEventRedactor(avro.ChatLogged)
const redactEscalation = createEventRedactor(avro.ChatEscalated)
const redactFeedback = createEventRedactor(avro.FeedbackGiven)

/** One turn as an event, redacted. Without an id, the same turn of the same conversation has the same id. */
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

/** Without an id, two escalations are the same if all they say is. */
export function toChatEscalated(body: EscalationBody, now: number, pseudonymOf: Pseudonymizer): ChatEscalated {
  const event = redactEscalation(
    { ...envelope(body, now), turnId: body.turnId ?? null, reason: body.reason },
    pseudonymOf,
  )
  const { agent, conversationId, turnId, reason } = event
  const content = [agent, conversationId, turnId, reason, body.at ?? null]
  return { ...event, id: event.id || deriveId('ingest/v1/escalation', canonicalJson(content)) }
}

/** Without an id, two ratings are the same if all they say is. */
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

/** An agent as an event, defaults filled in. The id derives from the content: the same description has the same id. */
export function toAgentDescribed(agent: string, body: AgentBody, now: number): AgentDescribed {
  const content = {
    agent,
    name: body.name ?? agent,
    tools: body.tools.map(({ name, description, argumentSchema }) => ({
      name,
      description,
      argumentSchema:
        typeof argumentSchema === 'object' && argumentSchema ? canonicalJson(argumentSchema) : (argumentSchema ?? null),
    })),
    budgets: { ...DEFAULT_BUDGETS, ...withoutUndefined(body.budgets) },
    targets: { ...DEFAULT_TARGETS, ...withoutUndefined(body.targets) },
    sampling: body.sampling ?? 'active',
  }
  return { id: deriveId('ingest/v1/agent', canonicalJson(content)), parents: [], at: now, ...content }
}

/** Without the fields that are undefined, which would otherwise hide a default. */
function withoutUndefined<T extends object>(given: T | undefined): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given ?? {}).filter(([, value]) => value !== undefined)) as never
}
