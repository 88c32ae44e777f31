import type { ReleaseDecided } from '#schemas/events.ts'

/** The releases of one agent that changed what is served. */
export type ReleaseHistory = {
  /** Promotions and rollbacks, by the id of their event: all that can be rolled back to. */
  readonly byId: ReadonlyMap<string, ReleaseDecided>
  /** Releases in the order in which they replaced each other, the one served now last. Those that were rolled back are not in it. */
  readonly active: readonly ReleaseDecided[]
}

export const emptyHistory: ReleaseHistory = { byId: new Map(), active: [] }

/** The history after one more event of `releases`. Rejections change nothing, nor does an event that it has already. */
export function addRelease(history: ReleaseHistory, release: ReleaseDecided): ReleaseHistory {
  const { byId, active } = history
  if (release.outcome === 'rejected' || byId.has(release.id)) return history
  const restored = release.outcome === 'rolledBack' ? active.findIndex(one => isSameRelease(one, release)) : -1
  return {
    byId: new Map([...byId, [release.id, release]]),
    active: restored < 0 ? [...active, release] : active.slice(0, restored + 1),
  }
}

/** What was served before the release that is served now; undefined where there is none. */
export function previousRelease({ active }: ReleaseHistory): ReleaseDecided | undefined {
  return active.at(-2)
}

/** The release that a rollback request led to; undefined while it is not decided. */
export function releaseOfRequest({ byId }: ReleaseHistory, requestEventId: string): ReleaseDecided | undefined {
  return [...byId.values()].find(({ parents }) => parents.includes(requestEventId))
}

/** A rollback names the evaluation of the release that it restores. */
function isSameRelease(one: ReleaseDecided, other: ReleaseDecided): boolean {
  return one.evaluationId === other.evaluationId
}
