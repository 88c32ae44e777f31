/** How many ids are remembered; at least the newest half is. About 100 bytes each. */
export const MAX_RECENT_IDS = 500_000

export type RecentIds = {
  /** The id is in the log: appended here, or seen in a followed topic. */
  readonly add: (id: string) => void
  /**
   * Appends those of `events` (by id) that are new and answers how many were. An id that another request is appending is
   * waited for: it is a duplicate if that append succeeds, and ours to append if it fails.
   */
  readonly appendNew: <E>(
    events: ReadonlyMap<string, E>,
    append: (fresh: readonly E[]) => Promise<void>,
  ) => Promise<number>
}

/** Remembers ids in two generations: when the young one is full it becomes the old one, and the old one is forgotten. */
export function createRecentIds(limit = MAX_RECENT_IDS): RecentIds {
  let young = new Set<string>()
  let old = new Set<string>()
  const appending = new Map<string, Promise<void>>()

  const add = (id: string): void => {
    if (young.has(id)) return
    young.add(id)
    if (young.size < limit / 2) return
    old = young
    young = new Set()
  }
  const inFlight = (ids: Iterable<string>): Promise<void>[] => [...ids].flatMap(id => appending.get(id) ?? [])

  return {
    add,
    async appendNew(events, append) {
      // Waiting comes before claiming, and all ids are claimed at once: requests never wait for each other in a circle.
      for (let busy = inFlight(events.keys()); busy.length > 0; busy = inFlight(events.keys()))
        await Promise.allSettled(busy)
      const fresh = new Map([...events].filter(([id]) => !young.has(id) && !old.has(id)))
      if (fresh.size === 0) return 0
      const written = append([...fresh.values()])
      for (const id of fresh.keys()) appending.set(id, written)
      try {
        await written
        for (const id of fresh.keys()) add(id)
      } finally {
        for (const id of fresh.keys()) appending.delete(id)
      }
      return fresh.size
    },
  }
}
