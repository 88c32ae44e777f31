/** Most ids in memory, about 100 bytes each; at least the newest half of them is kept. */
export const maxRecentIds = 500_000

export type RecentIds = {
  /** An id that is in the log, written by this process or by another, and the hash of its content; the first hash is kept. */
  readonly add: (id: string, content: () => number) => void
  /** The hash of the content of a known id. */
  readonly contentOf: (id: string) => number | undefined
  /**
   * Appends those of `events` (by id) that are new, and resolves with their number. It waits for ids that another request is
   * appending: they are duplicates if that append succeeds, and are appended here if it fails.
   */
  readonly appendNew: <E>(
    events: ReadonlyMap<string, E>,
    append: (fresh: readonly E[]) => Promise<void>,
    contentOf: (event: E) => number,
  ) => Promise<number>
}

/** Keeps ids in two generations: when the young one is full it replaces the old one. */
export function createRecentIds(limit = maxRecentIds): RecentIds {
  let young = new Map<string, number>()
  let old = new Map<string, number>()
  const appending = new Map<string, Promise<void>>()

  const add = (id: string, content: () => number): void => {
    if (young.has(id)) return
    young.set(id, old.get(id) ?? content())
    if (young.size < limit / 2) return
    old = young
    young = new Map()
  }
  const inFlight = (ids: Iterable<string>): Promise<void>[] => [...ids].flatMap(id => appending.get(id) ?? [])

  return {
    add,
    contentOf: id => young.get(id) ?? old.get(id),
    async appendNew(events, append, contentOf) {
      // A request first waits, then claims all its ids at once, so that requests cannot deadlock.
      for (let busy = inFlight(events.keys()); busy.length > 0; busy = inFlight(events.keys()))
        await Promise.allSettled(busy)
      const fresh = new Map([...events].filter(([id]) => !young.has(id) && !old.has(id)))
      if (fresh.size === 0) return 0
      const written = append([...fresh.values()])
      for (const id of fresh.keys()) appending.set(id, written)
      try {
        await written
        for (const [id, event] of fresh) add(id, () => contentOf(event))
      } finally {
        for (const id of fresh.keys()) appending.delete(id)
      }
      return fresh.size
    },
  }
}
