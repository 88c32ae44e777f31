import type { HostedPlanner } from '#planners/hosts/model-host.ts'
import { untunedManifest } from '#planners/linear/model/manifest.ts'
import { canonicalJson, deriveId, digest } from '#runtime/core/identity.ts'
import type { AgentDescribed, ReleaseDecided } from '#schemas/events.ts'
import type { TurnBody } from './request-bodies.ts'

/** The planner that an agent should be served with, and the release that says so; `manifest` where it is ours to store first. */
export type WantedPlanner = {
  readonly digest: string
  readonly release: string | null
  readonly manifest: string | null
}

/** What is wanted after an agent was described: the untuned planner of its catalogue, unless there was a release. */
export function wantedAfterDescription(agent: AgentDescribed, before: WantedPlanner | undefined): WantedPlanner {
  if (before?.release) return before
  const manifest = canonicalJson(untunedManifest(agent.agent, agent.tools))
  const wanted = { digest: digest(manifest), release: null, manifest }
  return before?.digest === wanted.digest ? before : wanted
}

/** What is wanted after a release was decided: a rejection changes nothing. */
export function wantedAfterRelease(
  release: ReleaseDecided,
  before: WantedPlanner | undefined,
): WantedPlanner | undefined {
  return release.outcome === 'rejected' ? before : { digest: release.planner, release: release.id, manifest: null }
}

export type TurnIdentity = { readonly id: string; readonly conversationId: string; readonly turn: number }

/**
 * Identity of a turn. The question is part of it, so that a caller who sends neither `turn` nor `earlier` does not lose its
 * second turn as a repeat of the first, while the same request sent again is the same turn. `fresh` tells conversations apart
 * that have no id.
 */
export function turnIdentity(body: TurnBody, fresh: readonly (string | number)[]): TurnIdentity {
  const { agent, question, userId } = body
  const conversationId =
    body.conversationId ??
    deriveId('gateway/v1/conversation', canonicalJson([agent, userId ?? null, question, ...fresh]))
  const turn = body.turn ?? body.earlier.length
  return {
    id: deriveId('gateway/v1/turn', canonicalJson([agent, conversationId, turn, question])),
    conversationId,
    turn,
  }
}

/** The chat log that ingest is sent; what the agent answers is not known here. */
export function chatLogBody(
  body: TurnBody,
  { id, conversationId, turn }: TurnIdentity,
  plan: Pick<Awaited<ReturnType<HostedPlanner['plan']>>, 'tool' | 'argument' | 'confidence' | 'margin'>,
  planner: string,
  latencyMs: number,
): object {
  const { tool, argument, confidence, margin } = plan
  const { agent, userId, question, earlier } = body
  return {
    ...{ id, agent, conversationId, turn, userId, question, earlier, latencyMs },
    plan: { tool, argument, confidence, margin, planner },
    source: 'gateway',
  }
}
