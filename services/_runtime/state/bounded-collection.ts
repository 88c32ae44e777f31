import type { StateChange, StateView } from './state.ts'

/**
 * The changes that write entries to a collection and delete as many of its oldest keys as needed to stay within `limit`. A key
 * that is written here is not deleted.
 */
export function boundedChanges(
  state: StateView,
  collection: string,
  limit: number,
  entries: readonly (readonly [key: string, value: unknown])[],
): readonly StateChange[] {
  const newKeys = entries.filter(([key]) => state.get(collection, key) === undefined).length
  const excess = state.size(collection) + newKeys - limit
  const writes = entries.map(([key, value]) => ({ collection, key, value }))
  if (excess <= 0) return writes
  const deletions: StateChange[] = []
  for (const [key] of state.entries(collection)) {
    if (deletions.length >= excess) break
    if (entries.every(([written]) => written !== key)) deletions.push({ collection, key, value: null })
  }
  return [...deletions, ...writes]
}
