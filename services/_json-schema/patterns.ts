import { safeRegex } from 'safe-regex2'
import type { JsonObject } from '#runtime/core/json.ts'

/** A text longer than this matches no pattern: even a safe one may need cubic time. */
const MAX_MATCHED_LENGTH = 500
const MAX_OPEN_REPETITIONS = 3

export type PatternReading = 'usable' | 'invalid' | 'unbounded'

/** `unbounded`: matching it may take too long, or it is no regular expression with the flag `u`, which JSON Schema asks for. */
export function readPattern(pattern: string): PatternReading {
  const compiles = (flags: string): boolean => {
    try {
      new RegExp(pattern, flags)
      return true
    } catch {
      return false
    }
  }
  if (!compiles('')) return 'invalid'
  const openRepetitions = pattern.match(/(?<!\\)[*+]|,\}/g)?.length ?? 0
  return compiles('u') && safeRegex(pattern) && openRepetitions <= MAX_OPEN_REPETITIONS ? 'usable' : 'unbounded'
}

/** The schema with its pattern matched against short texts only, and without one that may take too long. */
export function boundPattern(schema: JsonObject): JsonObject {
  const { pattern, ...rest } = schema
  if (typeof pattern !== 'string' || readPattern(pattern) === 'invalid') return schema
  if (readPattern(pattern) === 'unbounded') return rest
  const short = { maxLength: MAX_MATCHED_LENGTH }
  const allOf = Array.isArray(rest.allOf) ? rest.allOf : []
  return { ...rest, allOf: [...allOf, { if: short, then: { pattern }, else: short }] }
}
