import type { Detector, Finding, RedactionKind } from './kinds.ts'
import { allMatches } from './matching.ts'

/** Values that are looked for again; more than that are somebody's attempt to keep us busy. */
const maxValues = 64
const maxLength = 100

/**
 * Finds again, anywhere, the values that were found with the help of the words before them: an account number that a customer
 * gives is repeated in the answer without the word account. undefined where there is nothing to look for.
 */
export function createRepeatDetector(
  texts: readonly string[],
  found: readonly (readonly Finding[])[],
): Detector | undefined {
  const kinds = new Map<string, RedactionKind>()
  for (const [index, findings] of found.entries())
    for (const { kind, start, end } of findings) {
      const value = texts[index]?.slice(start, end) ?? ''
      if (isDistinctive(value) && kinds.size < maxValues && !kinds.has(groupingFree(value)))
        kinds.set(groupingFree(value), kind)
    }
  if (kinds.size === 0) return undefined
  const pattern = new RegExp(
    `(?<![\\p{L}\\p{N}])(?:${Array.from(kinds.keys(), valuePattern).join('|')})(?![\\p{L}\\p{N}])`,
    'gu',
  )
  return function* (text) {
    for (const { 0: value, index: start } of allMatches(pattern, text))
      yield { kind: kinds.get(groupingFree(value)) ?? 'secret', start, end: start + value.length }
  }
}

/** Long enough, and with figures, to be this and nothing else. */
const isDistinctive = (value: string): boolean =>
  value.length <= maxLength && /\d/.test(value) && groupingFree(value).length >= 6

const isNumber = (value: string): boolean => !/\p{L}{4}/u.test(value)

/** Numbers are the same however they are grouped. */
const groupingFree = (value: string): string => (isNumber(value) ? value.replace(/[^\p{L}\p{N}]/gu, '') : value)

const valuePattern = (key: string): string =>
  isNumber(key) ? Array.from(key, character => RegExp.escape(character)).join('[ .()/-]{0,2}') : RegExp.escape(key)
