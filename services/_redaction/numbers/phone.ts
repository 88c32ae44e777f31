import { type CountryCode, parsePhoneNumberFromString as parse } from 'libphonenumber-js/max'
import type { Detector } from '../engine/kinds.ts'
import { digitsOf, findMatches, isAfterReferenceWord, isDate, numberEnd, numberStart } from '../engine/matching.ts'

const separator = '[ .\\/()-]'
const extension = '(?:,? ?(?:ext\\.?|x|extension) ?\\d{1,6})?'
const international = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:\\+|%2[Bb]) ?\\(?[1-9](?:${separator}{0,3}\\d){6,14}${extension}`,
  'gu',
)
const withExitCode = new RegExp(`${numberStart}(?:00|011[ -])[1-9](?:${separator}{0,2}\\d){7,14}${numberEnd}`, 'gu')
/** Shapes that no other number has. */
const nationalShapes = new RegExp(
  `${numberStart}(?:${[
    // North America
    `(?:\\(?1\\)?[ .-]{0,2})?(?:\\([2-9]\\d{2}\\) ?-? ?\\d{3}[ .-]?|[2-9]\\d{2}([.-]| - )\\d{3}\\1|[2-9]\\d{2}[ /-][2-9]\\d{2}[ .-])\\d{4}${extension}`,
    '[2-9]\\d{2}[ ./-]?[2-9]\\d{6} ?(?:ext|x)\\.? ?\\d{1,6}',
    // United Kingdom, mobile: also the numbers that are kept for films
    '07\\d{3} ?\\d{3} ?\\d{3}',
    // India, mobile
    '[6-9]\\d(?!000)\\d{3}[ -](?!\\d{2}000)\\d{5}',
    // Brazil
    '\\(\\d{2}\\) ?9?[ .]?\\d{4}[ -]\\d{4}',
    // Russia
    '8[ -]?9\\d{2}[ -]?\\d{3}[ -]\\d{2}[ -]\\d{2}',
    '8[ -]?\\(\\d{3,4}\\)[ -]?\\d{2,3}-\\d{2}-\\d{2}',
  ].join('|')})${numberEnd}`,
  'gu',
)
/** Groupings of a country, that are phone numbers if the rules of the country (libphonenumber) know them. */
const nationalGroupings: readonly (readonly [country: CountryCode, shape: string])[] = [
  ['ES', '[6-9]\\d{2}([ .-])\\d{2}\\1\\d{2}\\1\\d{2}|[67]\\d{2}([ .-])\\d{3}\\2\\d{3}|[89]\\d ?\\d{3} \\d{2} \\d{2}'],
  ['IT', '3\\d{2}[ ./-]\\d{6,7}|3\\d{2}([ .-])\\d{3}\\1\\d{3,4}|3\\d{2}([ .-])\\d{2}\\2\\d{2}\\2\\d{3}'],
  ['PL', '[5-8]\\d{2}([ -])\\d{3}\\1\\d{3}|[1-9]\\d([ -])\\d{3}\\2\\d{2}\\2\\d{2}'],
  ['PT', '9[1236]\\d([ .])\\d{3}\\1\\d{3}'],
  ['NO', '[49]\\d{2} \\d{2} \\d{3}'],
  ['GR', '(?:69|2[1-8])\\d[ -]?\\d{3} ?\\d{4}'],
  ['CN', '1[3-9]\\d([ -])\\d{4}\\1\\d{4}'],
  ['BR', '[1-9]{2} 9\\d{4}[ -]\\d{4}'],
  ['MX', '[2-9]\\d \\d{4} \\d{4}'],
]
const groupedByCountry = nationalGroupings.map(([country, shape]) => ({
  country,
  pattern: new RegExp(`(?<!\\d[ .-])${numberStart}(?:${shape})${numberEnd}(?![ -]\\d)`, 'gu'),
}))
/** With the code of a country, but without its plus. */
const withoutPlus = new RegExp(
  `(?<!\\d[ .-])${numberStart}(?:3[0-469]|4[013-9]|5[25]|6[1-5]|91|27|86|353|351|358|852|97[12]|420)[ -](?:\\(0\\) ?)?\\d{1,5}(?:[ -]\\d{2,8}){1,4}${numberEnd}`,
  'gu',
)
/** The word for it may come after it. */
const labelledAfter = new RegExp(
  `${numberStart}[+(]?\\d(?:${separator}{0,2}\\d){6,14}(?=[ -]{1,3}(?:\\(|(?:is|was) (?:my|his|her|our|the) (?:new |old )?)?(?:office|fax|mobile|cell|home|work|phone|landline|mobil|handy|privat|büro)(?=[\\n,.;)|]|\\s*$))`,
  'giu',
)
/** With the zero that leads from one place to another: in groups, or in one piece as mobile numbers of some countries begin. */
const withTrunkPrefix = new RegExp(
  `${numberStart}(?:(?:\\(?0|\\(0\\) ?)[1-9]\\d{0,4}\\)?(?:[ .\\/-]{1,3}\\d{2,8}){1,4}|0(?:7\\d{9}|1[567]\\d{8,9}|[67]\\d{8}|4\\d{8}|8[1-9]\\d{8}|[789]0\\d{8}))${numberEnd}`,
  'gu',
)

/** In addresses that call or write to them. */
const inPhoneUri = /(?<=wa\.me\/|(?:tel|callto|sms):)\+?\d[\d-]{7,18}/g

/** Phone numbers: international ones anywhere, national ones in shapes that no other number has. */
export const phones: Detector = function* (text) {
  if (/\+|%2b/i.test(text))
    yield* findMatches('phone', international, text, found => {
      const numberOf = (prefix: string) => parse(prefix.replace(/^(?:\+|%2b) ?/i, '+'))
      // What follows may be another number: one that is assigned goes before one that only has a possible length.
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
  yield* findMatches('phone', nationalShapes, text, (_found, at) => !isAfterReferenceWord(text, at))
  if (/\d\d[ ./-]\d\d/.test(text)) {
    for (const { country, pattern } of groupedByCountry)
      yield* findMatches(
        'phone',
        pattern,
        text,
        (found, at) =>
          !/000$/.test(found) && !isAfterReferenceWord(text, at) && (parse(found, country)?.isValid() ?? false),
      )
    yield* findMatches(
      'phone',
      withoutPlus,
      text,
      (found, at) =>
        !isAfterReferenceWord(text, at) &&
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
    (found, at) =>
      !isPartOfCode(text, at) &&
      !isAfterReferenceWord(text, at) &&
      isNational(found, text.slice(at + found.length, at + found.length + 4)),
  )
}

/** After a group of letters and digits, as in a tracking number. */
const isPartOfCode = (text: string, at: number): boolean =>
  /\p{L}\d{1,8} $|\d\p{L}{1,3} $/u.test(text.slice(Math.max(0, at - 12), at))

/** The end of the longest beginning, at the end of a group, that is `right`. */
function longestPrefix(found: string, accept: (prefix: string) => boolean): number | undefined {
  for (let to = found.length; to > 7; to = found.slice(0, to).search(/[^\d]+\d+$/))
    if (accept(found.slice(0, to))) return to
  return undefined
}

/** Nine to twelve digits in few groups, or five pairs as in France, which no sixth follows; not a date nor a ZIP+4. */
function isNational(found: string, rest: string): boolean {
  const groups = found.match(/\d+/g) ?? []
  const { length } = groups.join('')
  const arePairs = groups.length === 5 && groups.every(group => group.length === 2) && !/^ \d\d(?!\d)/.test(rest)
  const isPostal = /^\d{5}-\d{4}$/.test(found)
  return length >= 9 && length <= 12 && (groups.length <= 4 || arePairs) && !isPostal && !isDate(found)
}

const digitRun = new RegExp(`^\\+?\\(?\\d(?:${separator}{0,3}\\d){5,16}`)

/** A phone number that a word announces begins at `start`: where it ends, or undefined. */
export function labelledPhoneEnd(text: string, start: number): number | undefined {
  // A slash and another zero begin another number.
  const run = (digitRun.exec(text.slice(start, start + 48))?.[0] ?? '').replace(/(?<=(?:\d\D*){9})\/ ?0.*$/s, '')
  if (isDate(run)) return undefined
  const to = longestPrefix(run, prefix => {
    const { length } = digitsOf(prefix)
    return length >= 7 && length <= 15 && !/ {2}|\d\.\d{2}$/.test(prefix)
  })
  return to === undefined ? undefined : start + to
}
