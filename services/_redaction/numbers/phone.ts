import { type CountryCode, parsePhoneNumberFromString as parse } from 'libphonenumber-js/max'
import { digitsOf, isAfterReferenceWord, isDate } from '../engine/context.ts'
import type { Detector } from '../engine/kinds.ts'
import { findMatches, textBefore } from '../engine/matching.ts'
import {
  groupedByCountry,
  inPhoneUri,
  international,
  labelledAfter,
  nationalShapes,
  separator,
  withExitCode,
  withoutPlus,
  withTrunkPrefix,
} from './phone-shapes.ts'

/** Phone numbers that need no word before them: international ones, and national ones by their shape or their country's rules. */
export const phones: Detector = function* (text) {
  if (/\+|%2b/i.test(text))
    yield* findMatches('phone', international, text, found => {
      const numberOf = (prefix: string) => parse(prefix.replace(/^(?:\+|%2b) ?/i, '+'))
      // The groups after it may be another number, so the longest valid prefix is taken, else the longest of a possible length.
      const to =
        longestPrefix(found, prefix => numberOf(prefix)?.isValid() ?? false) ??
        longestPrefix(found, prefix => numberOf(prefix)?.isPossible() ?? false)
      return to === undefined ? false : { from: 0, to }
    })
  yield* findMatches(
    'phone',
    withExitCode,
    text,
    found => parse(`+${digitsOf(found).replace(/^(?:00|011)/, '')}`)?.isValid() ?? false,
  )
  if (/wa\.me|tel:|callto:|sms:/.test(text)) yield* findMatches('phone', inPhoneUri, text)
  yield* findMatches('phone', nationalShapes, text, (_found, start) => !isAfterReferenceWord(text, start))
  if (/\d\d[ ./-]\d\d/.test(text)) {
    for (const { country, pattern } of groupedByCountry)
      yield* findMatches(
        'phone',
        pattern,
        text,
        (found, start) =>
          !/000$/.test(found) && !isAfterReferenceWord(text, start) && (parse(found, country)?.isValid() ?? false),
      )
    yield* findMatches(
      'phone',
      withoutPlus,
      text,
      (found, start) =>
        !isAfterReferenceWord(text, start) &&
        digitsOf(found).length >= 10 &&
        (parse(`+${digitsOf(found)}`)?.isPossible() ?? false),
    )
  }
  if (/\d[ -]{1,3}\(?[omfchwlbpi]/i.test(text))
    yield* findMatches('phone', labelledAfter, text, found => !isDate(found))
  yield* findMatches(
    'phone',
    withTrunkPrefix,
    text,
    (found, start) =>
      !isPartOfCode(text, start) &&
      !isAfterReferenceWord(text, start) &&
      hasNationalLength(found, text.slice(start + found.length, start + found.length + 4)),
  )
}

/** After a group of letters and digits, as in a tracking number. */
const isPartOfCode = (text: string, start: number): boolean =>
  /\p{L}\d{1,8} $|\d\p{L}{1,3} $/u.test(textBefore(text, start, 12))

/** The length of the longest prefix that is accepted; prefixes end where a group of digits ends. */
function longestPrefix(found: string, accept: (prefix: string) => boolean): number | undefined {
  for (let to = found.length; to > 7; to = found.slice(0, to).search(/[^\d]+\d+$/))
    if (accept(found.slice(0, to))) return to
  return undefined
}

/** Nine to twelve digits in at most four groups, or five pairs (France) without a sixth; neither a date nor a ZIP+4. */
function hasNationalLength(found: string, rest: string): boolean {
  const groups = found.match(/\d+/g) ?? []
  const { length } = groups.join('')
  const arePairs = groups.length === 5 && groups.every(group => group.length === 2) && !/^ \d\d(?!\d)/.test(rest)
  const isPostal = /^\d{5}-\d{4}$/.test(found)
  return length >= 9 && length <= 12 && (groups.length <= 4 || arePairs) && !isPostal && !isDate(found)
}

/** Countries whose national numbers are recognised where a question asked for a phone number. */
const answerCountries: readonly CountryCode[] = [
  ...(['US', 'GB', 'IE', 'AU', 'IN', 'DE', 'FR', 'NL'] as const),
  ...groupedByCountry.map(({ country }) => country),
]

/** Whether it is a phone number by the rules of one of the countries. */
export const isNationalNumber = (value: string): boolean =>
  answerCountries.some(country => parse(value, country)?.isValid())

const digitRun = new RegExp(`^\\+?\\(?\\d(?:${separator}{0,3}\\d){5,16}`)

/** Where the phone number that begins at `start` after a word for one ends; undefined when there is none. */
export function labelledPhoneEnd(text: string, start: number): number | undefined {
  // After a slash and a zero another number begins.
  const run = (digitRun.exec(text.slice(start, start + 48))?.[0] ?? '').replace(/(?<=(?:\d\D*){9})\/ ?0.*$/s, '')
  if (isDate(run)) return undefined
  const to = longestPrefix(run, prefix => {
    const { length } = digitsOf(prefix)
    return length >= 7 && length <= 15 && !/ {2}|\d\.\d{2}$/.test(prefix)
  })
  return to === undefined ? undefined : start + to
}
