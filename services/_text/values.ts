import { extractValues } from './extract-values.ts'
import { extractDurations, normaliseNotation } from './notations.ts'

/** Shorter ones are words as often as securities. */
const minTickerLength = 3

/**
 * The values of two texts that are to be compared, however each writes them: what `figures` finds, and lengths of time. A ticker
 * that one text writes in capitals is read in the other in any case.
 */
export function comparableValues(left: string, right: string): readonly [readonly string[], readonly string[]] {
  const [one, other] = [normaliseNotation(left), normaliseNotation(right)]
  return [extractValuesAndDurations(markTickers(other, one)), extractValuesAndDurations(markTickers(one, other))]
}

function extractValuesAndDurations(text: string): readonly string[] {
  // `figures` takes capitals alone for shouting, in which no word is a ticker; a word or two are too short to shout.
  const { durations, rest } = extractDurations(text.split(/\s+/).length <= 2 ? `of ${text}` : text)
  return [...new Set([...durations, ...extractValues(rest)])].sort()
}

function markTickers(other: string, text: string): string {
  const tickers = extractValues(other).flatMap(figure => /^ticker:([A-Z]+)$/.exec(figure)?.[1] ?? [])
  return tickers
    .filter(({ length }) => length >= minTickerLength)
    .reduce(
      (rest, ticker) => rest.replace(new RegExp(`(?<![\\w$'])${ticker}(?![\\w'])`, 'gi'), () => `$${ticker}`),
      text,
    )
}

/** Both state the same values, each once. */
export function sameValues(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && containsAllValues(left, right)
}

/** Each value of `wanted` is among `stated`, which may state more. */
export function containsAllValues(stated: readonly string[], wanted: readonly string[]): boolean {
  const free = new Set(stated)
  const unmatched = wanted.filter(value => !free.delete(value))
  return unmatched.every(value => {
    const found = [...free].find(other => isCompatible(value, other))
    return found !== undefined && free.delete(found)
  })
}

/** Equal up to what one of them leaves unsaid: the currency of an amount, or the year of a day. */
function isCompatible(left: string, right: string): boolean {
  return isLessSpecific(left, right) || isLessSpecific(right, left)
}

function isLessSpecific(less: string, more: string): boolean {
  const [kind, value = ''] = less.split(':')
  if (kind === 'quantity') return more.startsWith(`amount:${value}:`)
  return kind === 'date' && /^\d\d-\d\d$/.test(value) && new RegExp(`^date:\\d{4}-${value}$`).test(more)
}
