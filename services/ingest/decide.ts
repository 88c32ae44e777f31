import type { PseudonymOf } from '#redaction/redact.ts'
import { redaction } from '#redaction/redact-event.ts'
import { canonical, deriveId } from '#runtime/core/identity.ts'
import { avro } from '#schemas/avro.ts'
import type { AgentDescribed, Budgets, ChatEscalated, ChatLogged, FeedbackGiven, Targets } from '#schemas/events.ts'
import type { AgentBody, ChatLogBody, EscalationBody, FeedbackBody } from './bodies.ts'

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
const redactChat = redaction<ChatLogged>(avro.ChatLogged)
const redactEscalation = redaction<ChatEscalated>(avro.ChatEscalated)
const redactFeedback = redaction<FeedbackGiven>(avro.FeedbackGiven)

/** One turn as an event, redacted. Without an id, the same turn of the same conversation has the same id. */
export function chatLogged(body: ChatLogBody, now: number, pseudonymOf: PseudonymOf): ChatLogged {
  const { plan } = body
  const event = redactChat(
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
  return { ...event, id: event.id || deriveId('ingest/v1/chat', canonical([agent, conversationId, turn])) }
}

/** Without an id, two escalations are the same if all they say is. */
export function chatEscalated(body: EscalationBody, now: number, pseudonymOf: PseudonymOf): ChatEscalated {
  const event = redactEscalation(
    { ...envelope(body, now), turnId: body.turnId ?? null, reason: body.reason },
    pseudonymOf,
  )
  const { agent, conversationId, turnId, reason } = event
  const said = [agent, conversationId, turnId, reason, body.at ?? null]
  return { ...event, id: event.id || deriveId('ingest/v1/escalation', canonical(said)) }
}

/** Without an id, two ratings are the same if all they say is. */
export function feedbackGiven(body: FeedbackBody, now: number, pseudonymOf: PseudonymOf): FeedbackGiven {
  const event = redactFeedback(
    { ...envelope(body, now), turnId: body.turnId ?? null, rating: body.rating, comment: body.comment ?? null },
    pseudonymOf,
  )
  const { agent, conversationId, turnId, rating, comment } = event
  const said = [agent, conversationId, turnId, rating, comment, body.at ?? null]
  return { ...event, id: event.id || deriveId('ingest/v1/feedback', canonical(said)) }
}

function envelope(body: EscalationBody | FeedbackBody, now: number) {
  const { id, agent, conversationId, turnId, at } = body
  return { id: id ?? '', parents: turnId == null ? [] : [turnId], at: at ?? now, agent, conversationId }
}

/** An agent as an event, defaults filled in. The id derives from the content: the same description has the same id. */
export function agentDescribed(agent: string, body: AgentBody, now: number): AgentDescribed {
  const content = {
    agent,
    name: body.name ?? agent,
    tools: body.tools.map(({ name, description, argumentSchema }) => ({
      name,
      description,
      argumentSchema:
        typeof argumentSchema === 'object' && argumentSchema ? canonical(argumentSchema) : (argumentSchema ?? null),
    })),
    budgets: { ...DEFAULT_BUDGETS, ...defined(body.budgets) },
    targets: { ...DEFAULT_TARGETS, ...defined(body.targets) },
    sampling: body.sampling ?? 'active',
  }
  return { id: deriveId('ingest/v1/agent', canonical(content)), parents: [], at: now, ...content }
}

/** Without the fields that are undefined, which would otherwise hide a default. */
function defined<T extends object>(given: T | undefined): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given ?? {}).filter(([, value]) => value !== undefined)) as never
}
