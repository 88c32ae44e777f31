import { Fault } from '../core/faults.ts'
import { isObject, type JsonObject } from '../core/json.ts'

export type FactOverrides = JsonObject

/**
 * Recorded facts with the values of the configuration. Objects are merged field by field, any other value is replaced. FLY_USAGE,
 * naming the key, where the facts have no such key, or a value of another kind.
 */
export function overrideFacts(facts: unknown, config: FactOverrides, path = ''): unknown {
  if (!isObject(facts)) return facts
  const changed = Object.entries(config).map(([key, value]) => {
    const at = `${path}${key}`
    if (!Object.hasOwn(facts, key))
      throw new Fault('FLY_USAGE', `--config: the facts have no ${at}; they have ${namesIn(facts, path)}`)
    const known = facts[key]
    if (isObject(known) && isObject(value)) return [key, overrideFacts(known, value, `${at}.`)]
    if (known !== null && kindOf(known) !== kindOf(value))
      throw new Fault('FLY_USAGE', `--config: ${at} must be a value of kind ${kindOf(known)}, not ${kindOf(value)}`)
    return [key, value]
  })
  return { ...facts, ...Object.fromEntries(changed) }
}

const kindOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)
const namesIn = (facts: FactOverrides, path: string): string =>
  Object.keys(facts)
    .map(key => `${path}${key}`)
    .join(', ')
