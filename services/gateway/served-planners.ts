import type { HostedPlanner, Planners } from '#planners/planner.ts'
import type { Clock } from '#runtime/core/clock.ts'
import type { ObjectStore } from '#runtime/objects/object-store.ts'
import type { AgentDescribed, ReleaseDecided } from '#schemas/events.ts'
import { type WantedPlanner, wantedAfterDescription, wantedAfterRelease } from './wanted-planner.ts'

/** A planner that did not load is tried again by the first request after this time. */
const RETRY_MS = 5_000

/** What answers now: `since` is when it was loaded here, in milliseconds since 1970. */
export type LoadedPlanner = { readonly planner: HostedPlanner; readonly release: string | null; readonly since: number }
export type LoadFailure = { readonly digest: string; readonly message: string; readonly at: number }
export type ServingStatus = {
  readonly loaded: LoadedPlanner | undefined
  readonly wanted: WantedPlanner
  readonly failing: LoadFailure | undefined
}

type AgentEntry = {
  wanted: WantedPlanner
  loaded?: LoadedPlanner
  loading?: Promise<void> | undefined
  failing?: LoadFailure | undefined
}

export type ServedPlanners = {
  readonly described: (agent: AgentDescribed) => void
  readonly released: (release: ReleaseDecided) => void
  /** What answers for the agent, after the first load has ended; undefined for an agent that has no planner to serve. */
  readonly status: (agent: string) => Promise<ServingStatus | undefined>
  readonly agents: () => readonly string[]
}

export type ServingPorts = {
  readonly clock: Clock
  readonly planners: Pick<Planners, 'host'>
  readonly objects: Pick<ObjectStore, 'put'>
}

/** One planner per agent in use: the newest that is wanted and could be loaded. The one before it answers until then. */
export function createServedPlanners({ objects, planners, clock }: ServingPorts): ServedPlanners {
  const entries = new Map<string, AgentEntry>()
  const removed = new Set<string>()
  const neverAborted = new AbortController().signal

  const want = (agent: string, wanted: WantedPlanner | undefined): void => {
    if (!wanted) return
    const entry: AgentEntry = entries.get(agent) ?? { wanted }
    entries.set(agent, entry)
    entry.wanted = wanted
    load(entry)
  }
  const load = (entry: AgentEntry): void => {
    entry.loading ??= loadWanted(entry).finally(() => {
      entry.loading = undefined
      // `wanted` may have changed after the last look of `loadWanted`.
      if (!isUpToDate(entry) && entry.failing?.digest !== entry.wanted.digest) load(entry)
    })
  }
  /** Loads until what is loaded is what is wanted, which may change meanwhile, or until that cannot be loaded. Never rejects. */
  const loadWanted = async (entry: AgentEntry): Promise<void> => {
    while (!isUpToDate(entry)) {
      const { digest, release, manifest } = entry.wanted
      try {
        if (manifest !== null) await objects.put(Buffer.from(manifest))
        const before = entry.loaded
        entry.loaded = { planner: await planners.host(digest, neverAborted), release, since: clock.now() }
        await before?.planner.close()
      } catch (error) {
        entry.failing = { digest, message: error instanceof Error ? error.message : String(error), at: clock.now() }
        if (entry.wanted.digest === digest) return
      }
    }
    entry.failing = undefined
  }

  return {
    described(described) {
      const { agent } = described
      if (described.removed) removed.add(agent)
      else {
        removed.delete(agent)
        want(agent, wantedAfterDescription(described, entries.get(agent)?.wanted))
      }
    },
    released: release => want(release.agent, wantedAfterRelease(release, entries.get(release.agent)?.wanted)),
    async status(agent) {
      const entry = entries.get(agent)
      if (!entry || removed.has(agent)) return undefined
      if (entry.failing && clock.now() - entry.failing.at >= RETRY_MS) load(entry)
      if (!entry.loaded) await entry.loading
      return { loaded: entry.loaded, wanted: entry.wanted, failing: entry.failing }
    },
    agents: () => [...entries.keys()].filter(agent => !removed.has(agent)),
  }
}

const isUpToDate = ({ wanted, loaded }: AgentEntry): boolean =>
  loaded?.planner.digest === wanted.digest && loaded.release === wanted.release
