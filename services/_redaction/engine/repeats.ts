import { at, requiredValue } from '#runtime/core/checked.ts'
import type { Detector, Finding, RedactionKind } from './kinds.ts'
import { allMatches } from './matching.ts'

/** Most values that are searched for, so that a text cannot make the search slow. */
const maxValues = 64
const maxLength = 100

/**
 * Finds the values that were found in any of the texts again, without the words that announced them: an account number of a
 * question is repeated in the answer without the word account. undefined where there is nothing to search for.
 */
export function createRepeatDetector(
  texts: readonly string[],
  findings: readonly (readonly Finding[])[],
): Detector | undefined {
  const kindByValue = new Map<string, RedactionKind>()
  for (const [index, text] of texts.entries())
    for (const { kind, start, end } of at(findings, index)) {
      const value = text.slice(start, end)
      const key = withoutGrouping(value)
      if (isDistinctive(value) && kindByValue.size < maxValues && !kindByValue.has(key)) kindByValue.set(key, kind)
    }
  if (kindByValue.size === 0) return undefined
  const pattern = new RegExp(
    `(?<![\\p{L}\\p{N}])(?:${Array.from(kindByValue.keys(), valuePattern).join('|')})(?![\\p{L}\\p{N}])`,
    'gu',
  )
  return function* (text) {
    for (const { 0: value, index: start } of allMatches(pattern, text))
      yield { kind: requiredValue(kindByValue, withoutGrouping(value)), start, end: start + value.length }
  }
}

/** Long enough, and with digits, so that the same characters elsewhere are the same value. */
const isDistinctive = (value: string): boolean =>
  value.length <= maxLength && /\d/.test(value) && withoutGrouping(value).length >= 6

const isNumber = (value: string): boolean => !/\p{L}{4}/u.test(value)

/** A number is the same in any grouping. */
const withoutGrouping = (value: string): string => (isNumber(value) ? value.replace(/[^\p{L}\p{N}]/gu, '') : value)

const valuePattern = (key: string): string =>
  isNumber(key) ? Array.from(key, character => RegExp.escape(character)).join('[ .()/-]{0,2}') : RegExp.escape(key)
