import type { StateView } from '#runtime/state/state.ts'

/**
 * A cache beside each state, with one value for each collection. A value must follow from the state alone: then a missing one
 * costs time and changes no decision. `renew` gets the value that is cached, and returns it or a new one.
 */
export function createStateCache<T>(): (
  state: StateView,
  collection: string,
  renew: (cached: T | undefined) => T,
) => T {
  const caches = new WeakMap<StateView, Map<string, T>>()
  return (state, collection, renew) => {
    const cache = caches.get(state) ?? new Map<string, T>()
    caches.set(state, cache)
    const value = renew(cache.get(collection))
    cache.set(collection, value)
    return value
  }
}
