/** How many ids are remembered; at least the newest half is. About 100 bytes each. */
export const RECENT_IDS = 500_000

export type Recent = {
  /** The id is in the log: appended here, or seen in a followed topic. */
  readonly saw: (id: string) => void
  /**
   * Appends what is new and answers which of `ids` were; each id must occur once. An id that another request is appending
   * is waited for: it is a duplicate if that append succeeds, and ours to append if it fails.
   */
  readonly admit: (
    ids: readonly string[],
    append: (fresh: ReadonlySet<string>) => Promise<void>,
  ) => Promise<ReadonlySet<string>>
}

/** Remembers ids in two generations: when the young one is full it becomes the old one, and the old one is forgotten. */
export function createRecent(limit = RECENT_IDS): Recent {
  let young = new Set<string>()
  let old = new Set<string>()
  const appending = new Map<string, Promise<void>>()

  const saw = (id: string): void => {
    if (young.has(id)) return
    young.add(id)
    if (young.size < limit / 2) return
    old = young
    young = new Set()
  }

  return {
    saw,
    async admit(ids, append) {
      // Waiting comes before claiming, and all ids are claimed at once: requests never wait for each other in a circle.
      for (let busy = inFlight(ids); busy.length > 0; busy = inFlight(ids)) await Promise.allSettled(busy)
      const fresh = new Set(ids.filter(id => !young.has(id) && !old.has(id)))
      if (fresh.size === 0) return fresh
      const written = append(fresh)
      for (const id of fresh) appending.set(id, written)
      try {
        await written
        for (const id of fresh) saw(id)
      } finally {
        for (const id of fresh) appending.delete(id)
      }
      return fresh
    },
  }

  function inFlight(ids: readonly string[]): Promise<void>[] {
    return ids.flatMap(id => appending.get(id) ?? [])
  }
}
