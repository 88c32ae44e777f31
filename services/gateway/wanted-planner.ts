import { kindOf } from '#planners/kinds.ts'
import { canonicalJson, digest } from '#runtime/core/identity.ts'
import type { AgentDescribed, ReleaseDecided } from '#schemas/events.ts'

/** The planner that an agent should be served with, and the release that says so. `manifest`: to be stored before it is loaded. */
export type WantedPlanner = {
  readonly digest: string
  readonly release: string | null
  readonly manifest: string | null
}

/** What is wanted after an agent was described: its untuned planner, if there is one, unless there was a release. */
export function wantedAfterDescription(
  { agent, tools }: AgentDescribed,
  before: WantedPlanner | undefined,
): WantedPlanner | undefined {
  if (before?.release) return before
  const base = kindOf({ agent, tools }).baseOf({ agent, tools })
  if ('outcome' in base) return before
  const manifest = canonicalJson(base)
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
