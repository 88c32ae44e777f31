import { canonical, deriveId } from '#runtime/identity.ts'
import type { AgentDescribed, Budgets, ChatEscalated, ChatLogged, FeedbackGiven, Targets } from '#schemas/events.ts'
import type { AgentBody, ChatLogBody, EscalationBody, FeedbackBody } from './bodies.ts'
import { redact } from './redact.ts'

export const DEFAULT_BUDGETS: Budgets = {
  sampleShare: 0.1,
  reviewersPerItem: 1,
  newGoldForDataset: 200,
  evaluationShare: 0.15,
  syntheticShare: 0.5,
}
export const DEFAULT_TARGETS: Targets = { accuracy: 0.95, margin: 0.01, stratumMargin: 0.05 }

/** One turn as an event. Without an id, the same turn of the same conversation has the same id. */
export function chatLogged(body: ChatLogBody, now: number): ChatLogged {
  const { agent, conversationId, turn, plan } = body
  return {
    id: body.id ?? deriveId('ingest/v1/chat', canonical([agent, conversationId, turn])),
    parents: [],
    at: body.at ?? now,
    agent,
    conversationId,
    turn,
    userId: pseudonym(body.userId ?? null),
    question: redact(body.question),
    earlier: (body.earlier ?? []).map(redact),
    plan: {
      tool: plan.tool,
      argument: redact(plan.argument),
      confidence: plan.confidence ?? null,
      margin: plan.margin ?? null,
      planner: plan.planner ?? null,
    },
    answer: redacted(body.answer),
    latencyMs: body.latencyMs ?? null,
    source: body.source ?? 'http',
  }
}

/** Without an id, two escalations are the same if all they say is. */
export function chatEscalated(body: EscalationBody, now: number): ChatEscalated {
  const { agent, conversationId, reason } = body
  const turnId = body.turnId ?? null
  return {
    id:
      body.id ?? deriveId('ingest/v1/escalation', canonical([agent, conversationId, turnId, reason, body.at ?? null])),
    parents: turnId === null ? [] : [turnId],
    at: body.at ?? now,
    agent,
    conversationId,
    turnId,
    reason: redact(reason),
  }
}

/** Without an id, two ratings are the same if all they say is. */
export function feedbackGiven(body: FeedbackBody, now: number): FeedbackGiven {
  const { agent, conversationId, rating } = body
  const turnId = body.turnId ?? null
  const said = [agent, conversationId, turnId, rating, body.comment ?? null, body.at ?? null]
  return {
    id: body.id ?? deriveId('ingest/v1/feedback', canonical(said)),
    parents: turnId === null ? [] : [turnId],
    at: body.at ?? now,
    agent,
    conversationId,
    turnId,
    rating,
    comment: redacted(body.comment),
  }
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

const redacted = (text: string | null | undefined): string | null => (text == null ? null : redact(text))

/** A pseudonym stays; an address or number in its place becomes one that still tells customers apart. */
function pseudonym(userId: string | null): string | null {
  return userId === null || redact(userId) === userId ? userId : deriveId('ingest/v1/user', userId)
}

/** Without the fields that are undefined, which would otherwise hide a default. */
function defined<T extends object>(given: T | undefined): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given ?? {}).filter(([, value]) => value !== undefined)) as never
}
