import { Fault } from './faults.ts'

/** The element at an index that must exist. FLY_BUG where it does not: a default in its place would hide the mistake. */
export function at<T>(items: ArrayLike<T>, index: number): T {
  if (!Number.isInteger(index) || index < 0 || index >= items.length)
    throw new Fault('FLY_BUG', `index ${index} is outside of a list of ${items.length}`)
  return items[index] as T
}

/** The value of a key that must exist. FLY_BUG where it does not. */
export function requiredValue<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key)
  if (value === undefined && !map.has(key)) throw new Fault('FLY_BUG', `a map of ${map.size} keys lacks ${String(key)}`)
  return value as V
}
