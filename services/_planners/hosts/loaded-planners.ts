import type { HostedPlanner } from '../planner.ts'

/** Planners that stay loaded though nobody uses them: the released one, its predecessor and candidates under evaluation. */
const MAX_LOADED = 8

type Entry = { readonly planner: Promise<HostedPlanner>; users: number }

/**
 * Loads each planner once for all its users. Of more than MAX_LOADED, those are closed that nobody uses and that were asked for
 * least recently. A load that fails is forgotten, so that it can be tried again.
 */
export function shareLoaded(
  load: (digest: string) => Promise<HostedPlanner>,
): (digest: string) => Promise<HostedPlanner> {
  const entries = new Map<string, Entry>()

  const acquire = (digest: string): Entry => {
    const entry = entries.get(digest) ?? { planner: load(digest), users: 0 }
    // The map's order is that of the last use.
    entries.delete(digest)
    entries.set(digest, entry)
    entry.users++
    return entry
  }
  const release = async (entry: Entry): Promise<void> => {
    entry.users--
    const unused = [...entries].filter(([, { users }]) => users === 0)
    const surplus = unused.slice(0, Math.max(0, entries.size - MAX_LOADED))
    for (const [digest] of surplus) entries.delete(digest)
    await Promise.all(surplus.map(async ([, { planner }]) => (await planner).close()))
  }

  return async digest => {
    const entry = acquire(digest)
    const planner = await entry.planner.catch(error => {
      if (entries.get(digest) === entry) entries.delete(digest)
      throw error
    })
    let isOpen = true
    return {
      digest: planner.digest,
      plan: (request, signal) => planner.plan(request, signal),
      batch: (requests, options, signal) => planner.batch(requests, options, signal),
      async close() {
        if (!isOpen) return
        isOpen = false
        await release(entry)
      },
    }
  }
}
