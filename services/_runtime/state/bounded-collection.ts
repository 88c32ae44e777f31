import type { StateChange, StateView } from './state.ts'

/**
 * Keeps entries of a collection and forgets as many of its oldest keys as that takes to stay within `limit`. What is kept now
 * is not forgotten.
 */
export function boundedChanges(
  state: StateView,
  collection: string,
  limit: number,
  entries: readonly (readonly [key: string, value: unknown])[],
): readonly StateChange[] {
  const coming = entries.filter(([key]) => state.get(collection, key) === undefined).length
  const tooMany = state.size(collection) + coming - limit
  const kept = entries.map(([key, value]) => ({ collection, key, value }))
  if (tooMany <= 0) return kept
  const forgotten: StateChange[] = []
  for (const [key] of state.entries(collection)) {
    if (forgotten.length >= tooMany) break
    if (entries.every(([own]) => own !== key)) forgotten.push({ collection, key, value: null })
  }
  return [...forgotten, ...kept]
}
