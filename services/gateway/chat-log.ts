import { canonicalJson, deriveId } from '#runtime/core/identity.ts'
import type { Call } from '#schemas/events.ts'
import { userTexts } from '#schemas/turns.ts'
import type { TurnBody } from './request-bodies.ts'

export type TurnIdentity = { readonly id: string; readonly conversationId: string; readonly turn: number }

/**
 * Identity of a turn. The question is part of it: a caller who sends neither `turn` nor `earlier` would otherwise lose its second
 * turn as a repeat of the first, while the same request sent again is the same turn. `fresh` distinguishes conversations that have
 * no id.
 */
export function turnIdentity(body: TurnBody, fresh: readonly (string | number)[]): TurnIdentity {
  const { agent, question, userId } = body
  const conversationId =
    body.conversationId ??
    deriveId('gateway/v1/conversation', canonicalJson([agent, userId ?? null, question, ...fresh]))
  const turn = body.turn ?? userTexts(body.earlier).length
  return {
    id: deriveId('gateway/v1/turn', canonicalJson([agent, conversationId, turn, question])),
    conversationId,
    turn,
  }
}

/** What was planned, as the HTTP API and chat logs state it. */
export type PlannedTurn = {
  readonly calls: readonly Call[]
  readonly confidence: number | null
  readonly margin: number | null
  /** Digest of the planner. */
  readonly planner: string
  readonly latencyMs: number
}

/** The body of the chat log that ingest is sent; what the agent answers is not known here. */
export function chatLogBody(body: TurnBody, turn: TurnIdentity, planned: PlannedTurn): object {
  const { agent, userId, question, earlier } = body
  const { calls, confidence, margin, planner, latencyMs } = planned
  return {
    ...turn,
    agent,
    userId,
    question,
    earlier,
    latencyMs,
    plan: { calls, confidence, margin, planner },
    source: 'gateway',
  }
}
