import type { HostedPlanner } from '#planners/hosts/model-host.ts'
import { basePlanner } from '#planners/linear/manifest.ts'
import { canonical, deriveId, digest } from '#runtime/core/identity.ts'
import type { AgentDescribed, ReleaseDecided } from '#schemas/events.ts'
import type { TurnBody } from './bodies.ts'

/** The planner that an agent should be served with, and the release that says so; `manifest` where it is ours to store first. */
export type Wanted = { readonly digest: string; readonly release: string | null; readonly manifest: string | null }

/** What is wanted after an agent was described: the untuned planner of its catalogue, unless there was a release. */
export function wantedOf(agent: AgentDescribed, before: Wanted | undefined): Wanted {
  if (before?.release) return before
  const manifest = canonical(basePlanner(agent.agent, agent.tools))
  const wanted = { digest: digest(manifest), release: null, manifest }
  return before?.digest === wanted.digest ? before : wanted
}

/** What is wanted after a release was decided: a rejection changes nothing. */
export function wantedAfter(release: ReleaseDecided, before: Wanted | undefined): Wanted | undefined {
  return release.outcome === 'rejected' ? before : { digest: release.planner, release: release.id, manifest: null }
}

export type Turn = { readonly id: string; readonly conversationId: string; readonly turn: number }

/**
 * Identity of a turn. The question is part of it, so that a caller who sends neither `turn` nor `earlier` does not lose its
 * second turn as a repeat of the first, while the same request sent again is the same turn. `fresh` tells conversations apart
 * that have no id.
 */
export function turnOf(body: TurnBody, fresh: readonly (string | number)[]): Turn {
  const { agent, question, userId } = body
  const conversationId =
    body.conversationId ?? deriveId('gateway/v1/conversation', canonical([agent, userId ?? null, question, ...fresh]))
  const turn = body.turn ?? body.earlier.length
  return { id: deriveId('gateway/v1/turn', canonical([agent, conversationId, turn, question])), conversationId, turn }
}

/** The chat log that ingest is sent; what the agent answers is not known here. */
export function chatLogOf(
  body: TurnBody,
  { id, conversationId, turn }: Turn,
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
