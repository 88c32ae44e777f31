import type { Detector, Finding, Kind } from './kinds.ts'
import { matches } from './matching.ts'

/** Values that are looked for again; more than that are somebody's attempt to keep us busy. */
const most = 64
const longest = 100

/**
 * Finds again, anywhere, the values that were found with the help of the words before them: an account number that a customer
 * gives is repeated in the answer without the word account. undefined where there is nothing to look for.
 */
export function repeatsOf(texts: readonly string[], found: readonly (readonly Finding[])[]): Detector | undefined {
  const kinds = new Map<string, Kind>()
  for (const [index, findings] of found.entries())
    for (const { kind, start, end } of findings) {
      const value = texts[index]?.slice(start, end) ?? ''
      if (isTelling(value) && kinds.size < most && !kinds.has(keyOf(value))) kinds.set(keyOf(value), kind)
    }
  if (kinds.size === 0) return undefined
  const pattern = new RegExp(
    `(?<![\\p{L}\\p{N}])(?:${Array.from(kinds.keys(), written).join('|')})(?![\\p{L}\\p{N}])`,
    'gu',
  )
  return function* (text) {
    for (const { 0: value, index: start } of matches(pattern, text))
      yield { kind: kinds.get(keyOf(value)) ?? 'secret', start, end: start + value.length }
  }
}

/** Long enough, and with figures, to be this and nothing else. */
const isTelling = (value: string): boolean => value.length <= longest && /\d/.test(value) && keyOf(value).length >= 6

const isNumber = (value: string): boolean => !/\p{L}{4}/u.test(value)

/** Numbers are the same however they are grouped. */
const keyOf = (value: string): string => (isNumber(value) ? value.replace(/[^\p{L}\p{N}]/gu, '') : value)

const written = (key: string): string =>
  isNumber(key) ? Array.from(key, character => RegExp.escape(character)).join('[ .()/-]{0,2}') : RegExp.escape(key)
