import { type CountryCode, parsePhoneNumberFromString as parse } from 'libphonenumber-js/max'
import type { Detector } from './kinds.ts'
import { digitsOf, find, isDate, isThing, numberEnd, numberStart } from './matching.ts'

const sep = '[ .\\/()-]'
const extension = '(?:,? ?(?:ext\\.?|x|extension) ?\\d{1,6})?'
const international = new RegExp(
  `(?<![\\p{L}\\p{N}+])(?:\\+|%2[Bb]) ?\\(?[1-9](?:${sep}{0,3}\\d){6,14}${extension}`,
  'gu',
)
const dialledOut = new RegExp(`${numberStart}(?:00|011[ -])[1-9](?:${sep}{0,2}\\d){7,14}${numberEnd}`, 'gu')
/** Shapes that no other number has. */
const shapes = new RegExp(
  `${numberStart}(?:${[
    // North America
    `(?:\\(?1\\)?[ .-]{0,2})?(?:\\([2-9]\\d{2}\\) ?-? ?\\d{3}[ .-]?|[2-9]\\d{2}([.-]| - )\\d{3}\\1|[2-9]\\d{2}[ -][2-9]\\d{2}[ -])\\d{4}${extension}`,
    // India, mobile
    '[6-9]\\d(?!000)\\d{3} (?!\\d{2}000)\\d{5}',
    // Brazil
    '\\(\\d{2}\\) ?9?[ .]?\\d{4}[ -]\\d{4}',
    // Russia
    '8[ -]?\\(\\d{3,4}\\)[ -]?\\d{2,3}-\\d{2}-\\d{2}',
  ].join('|')})${numberEnd}`,
  'gu',
)
/** With the zero that leads from one place to another, in groups or as one. */
const trunk = new RegExp(`${numberStart}\\(?0\\d{1,5}\\)?(?:[ .\\/-]{0,3}\\d{1,8}){1,5}${numberEnd}`, 'gu')

/** Countries where national numbers begin with a zero; the mobile ones of the first are taken in one piece too. */
const countries = {
  inOnePiece: 'GB DE FR NL AU AT CH BE JP SE TR ZA IE NZ KR NG KE',
  inGroups:
    'GB DE FR NL AU AT CH BE JP SE TR ZA IE NZ KR NG KE IN IT FI ID PK PH MY TH VN CN TW IL UA RO HR RS EG AE SA',
}

/** Phone numbers: international ones anywhere, national ones in shapes that no other number has. */
export const phones: Detector = function* (text) {
  if (/\+|%2b/i.test(text))
    yield* find('phone', international, text, found => {
      const to = longest(found, prefix => parse(prefix.replace(/^(?:\+|%2b) ?/i, '+'))?.isPossible() ?? false)
      return to === undefined ? false : { from: 0, to }
    })
  yield* find(
    'phone',
    dialledOut,
    text,
    found => parse(`+${digitsOf(found).replace(/^(?:00|011)/, '')}`)?.isValid() ?? false,
  )
  yield* find('phone', shapes, text, (_found, at) => !isThing(text, at))
  yield* find('phone', trunk, text, (found, at) => !isPartOfCode(text, at) && !isThing(text, at) && isNational(found))
}

/** After a group of letters and digits, as in a tracking number. */
const isPartOfCode = (text: string, at: number): boolean =>
  /\p{L}\d{1,8} $|\d\p{L}{1,3} $/u.test(text.slice(Math.max(0, at - 12), at))

/** The end of the longest beginning, at the end of a group, that is `right`. */
function longest(found: string, right: (prefix: string) => boolean): number | undefined {
  for (let to = found.length; to > 7; to = found.slice(0, to).search(/[^\d]+\d+$/))
    if (right(found.slice(0, to))) return to
  return undefined
}

function isNational(found: string): boolean {
  const groups = found.match(/\d+/g) ?? []
  const length = groups.join('').length
  if (length < 9 || length > 12 || isDate(found)) return false
  const pairs = groups.length === 5 && groups.every(group => group.length === 2)
  if (groups.length > 4 && !pairs) return false
  // A number in one piece may be an account: only what mobile numbers begin with is taken.
  const isWhole = groups.length === 1
  const tried = isWhole ? countries.inOnePiece : countries.inGroups
  return tried.split(' ').some(country => {
    const number = parse(found, country as CountryCode)
    return number?.isValid() === true && (!isWhole || number.getType() === 'MOBILE')
  })
}

/** A phone number that a word announces begins at `start`: where it ends, or undefined. */
export function phoneAt(text: string, start: number): number | undefined {
  const [run = ''] = new RegExp(`^\\+?\\(?\\d(?:${sep}{0,3}\\d){5,16}`).exec(text.slice(start, start + 48)) ?? []
  if (isDate(run)) return undefined
  const to = longest(run, prefix => {
    const { length } = digitsOf(prefix)
    return length >= 7 && length <= 15 && !/ {2}|\d\.\d{2}$/.test(prefix)
  })
  return to === undefined ? undefined : start + to
}
