import { newestMessages } from '#dialects/earlier.ts'
import type { ChatLogBody, EscalationBody, FeedbackBody } from '#dialects/record-bodies.ts'
import { plannerStage } from '#dialects/turns.ts'
import type { Pseudonymizer } from '#redaction/redact.ts'
import { createEventRedactor } from '#redaction/redact-event.ts'
import { canonicalJson, deriveId } from '#runtime/core/identity.ts'
import { avro } from '#schemas/avro.ts'
import type { Call, CallProblem, ChatEscalated, ChatLogged, FeedbackGiven, Plan, Step } from '#schemas/events.ts'

// Ids derive from the redacted event: the plain hash of a phone number could be found by trial.
const redactChatLogged = createEventRedactor(avro.ChatLogged)
const redactEscalation = createEventRedactor(avro.ChatEscalated)
const redactFeedback = createEventRedactor(avro.FeedbackGiven)

/** What is wrong with calls, against the catalogue of the turn's agent. */
type FindCallProblems = (calls: readonly Call[]) => readonly CallProblem[]

/** A turn as a redacted event. Without a given id, the same turn of the same conversation has the same id. */
export function toChatLogged(
  body: ChatLogBody,
  now: number,
  pseudonymOf: Pseudonymizer,
  problemsOf: FindCallProblems = () => [],
): ChatLogged {
  const { earlier, earlierCut } = newestMessages(body.earlier ?? [])
  const steps = stepsOf(body).map(step => ({ ...step, problems: problemsOf(step.calls) }))
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
      earlier,
      earlierCut: earlierCut + (body.earlierCut ?? 0),
      prompt: null,
      steps,
      plan: planOf(body, steps),
      answer: body.answer ?? null,
      latencyMs: body.latencyMs ?? null,
      source: body.source ?? 'http',
    },
    pseudonymOf,
  )
  const { agent, conversationId, turn } = event
  return { ...event, id: event.id || deriveId('ingest/v1/chat', canonicalJson([agent, conversationId, turn])) }
}

/** The steps of a turn. One that is logged without steps has a single step: its plan, or its answer without a tool. */
function stepsOf({ steps, plan, answer }: ChatLogBody): readonly Omit<Step, 'problems'>[] {
  const given = steps ?? []
  if (given.length === 0)
    return [{ ...unmeasured, stage: plannerStage, calls: plan?.calls ?? [], results: [], text: answer ?? null }]
  return given.map(step => ({
    stage: step.stage,
    calls: step.calls,
    results: step.results,
    text: step.text ?? null,
    model: step.model ?? null,
    latencyMs: step.latencyMs ?? null,
    inputTokens: step.inputTokens ?? null,
    outputTokens: step.outputTokens ?? null,
    cachedTokens: step.cachedTokens ?? null,
  }))
}

const unmeasured = { model: null, latencyMs: null, inputTokens: null, outputTokens: null, cachedTokens: null } as const

/** The decision of the first step of the planner; of the first step where no stage is called so. */
function planOf({ plan }: ChatLogBody, steps: readonly Step[]): Plan {
  const first = steps.find(({ stage }) => stage === plannerStage) ?? steps[0]
  return {
    calls: plan?.calls ?? first?.calls ?? [],
    confidence: plan?.confidence ?? null,
    margin: plan?.margin ?? null,
    planner: plan?.planner ?? null,
    model: plan?.model ?? first?.model ?? null,
  }
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
