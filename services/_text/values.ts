import { figures } from './figures.ts'
import { plainly, takeDurations } from './notations.ts'

/** Shorter ones are words as often as securities. */
const longEnough = 3

/**
 * The values of two texts that are to be compared, however each writes them: what `figures` finds, and lengths of time. A ticker
 * that one text writes in capitals is read in the other in any case.
 */
export function valuesOfBoth(left: string, right: string): readonly [readonly string[], readonly string[]] {
  const [one, other] = [plainly(left), plainly(right)]
  return [valuesOf(withTickersOf(other, one)), valuesOf(withTickersOf(one, other))]
}

function valuesOf(text: string): readonly string[] {
  // `figures` takes capitals alone for shouting, in which no word is a ticker; a word or two are too short to shout.
  const { durations, rest } = takeDurations(text.split(/\s+/).length <= 2 ? `of ${text}` : text)
  return [...new Set([...durations, ...figures(rest)])].sort()
}

function withTickersOf(other: string, text: string): string {
  const tickers = figures(other).flatMap(figure => /^ticker:([A-Z]+)$/.exec(figure)?.[1] ?? [])
  return tickers
    .filter(({ length }) => length >= longEnough)
    .reduce(
      (rest, ticker) => rest.replace(new RegExp(`(?<![\\w$'])${ticker}(?![\\w'])`, 'gi'), () => `$${ticker}`),
      text,
    )
}

/** Both state the same values, each once. */
export function sameValues(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && statesAll(left, right)
}

/** Each value of `wanted` is among `stated`, which may state more. */
export function statesAll(stated: readonly string[], wanted: readonly string[]): boolean {
  const free = new Set(stated)
  const unmatched = wanted.filter(value => !free.delete(value))
  return unmatched.every(value => {
    const found = [...free].find(other => isAlike(value, other))
    return found !== undefined && free.delete(found)
  })
}

/** Equal up to what one of them leaves unsaid: the currency of an amount, or the year of a day. */
function isAlike(left: string, right: string): boolean {
  return saysLess(left, right) || saysLess(right, left)
}

function saysLess(less: string, more: string): boolean {
  const [kind, value = ''] = less.split(':')
  if (kind === 'quantity') return more.startsWith(`amount:${value}:`)
  return kind === 'date' && /^\d\d-\d\d$/.test(value) && new RegExp(`^date:\\d{4}-${value}$`).test(more)
}
