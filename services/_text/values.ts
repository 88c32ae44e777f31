import { extractValues } from './extract-values.ts'
import { extractDurations, normaliseNotation } from './notations.ts'

/** Shorter tickers are common words as well, so they are read in capitals only. */
const minTickerLength = 3

/**
 * The values of two texts that are to be compared, in whatever notation: those of `extractValues`, and lengths of time. A ticker that
 * one text writes in capitals is read in the other in upper or lower case.
 */
export function comparableValues(left: string, right: string): readonly [readonly string[], readonly string[]] {
  const [one, other] = [normaliseNotation(left), normaliseNotation(right)]
  return [extractValuesAndDurations(markTickers(other, one)), extractValuesAndDurations(markTickers(one, other))]
}

function extractValuesAndDurations(text: string): readonly string[] {
  // `extractValues` reads no ticker in a text all in capitals; a lower-case word is added to a text of one or two words.
  const { durations, rest } = extractDurations(text.split(/\s+/).length <= 2 ? `of ${text}` : text)
  return [...new Set([...durations, ...extractValues(rest)])].sort()
}

function markTickers(other: string, text: string): string {
  const tickers = extractValues(other).flatMap(value => /^ticker:([A-Z]+)$/.exec(value)?.[1] ?? [])
  return tickers
    .filter(({ length }) => length >= minTickerLength)
    .reduce(
      (rest, ticker) => rest.replace(new RegExp(`(?<![\\w$'])${ticker}(?![\\w'])`, 'gi'), () => `$${ticker}`),
      text,
    )
}

/** Whether both lists have the same values, in any order. */
export function sameValues(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && containsAllValues(left, right)
}

/** Whether each value of `wanted` is among those stated; other values may be stated as well. */
export function containsAllValues(stated: readonly string[], wanted: readonly string[]): boolean {
  const free = new Set(stated)
  const unmatched = wanted.filter(value => !free.delete(value))
  return unmatched.every(value => {
    const found = [...free].find(other => isCompatible(value, other))
    return found !== undefined && free.delete(found)
  })
}

/** Whether two values differ only in what one of them leaves out: the currency of an amount, or the year of a date. */
function isCompatible(left: string, right: string): boolean {
  return isLessSpecific(left, right) || isLessSpecific(right, left)
}

function isLessSpecific(less: string, more: string): boolean {
  const [kind, value = ''] = less.split(':')
  if (kind === 'quantity') return more.startsWith(`amount:${value}:`)
  return kind === 'date' && /^\d\d-\d\d$/.test(value) && new RegExp(`^date:\\d{4}-${value}$`).test(more)
}
