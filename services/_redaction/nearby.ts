import type { Detector, Kind } from './kinds.ts'
import { isDate, isThing, matches, numberEnd, numberStart } from './matching.ts'
import { isQuantity } from './values.ts'
import { account, ambiguous, apart, pattern, phone } from './words.ts'

/** A number in one piece, of the length of account numbers, phone numbers among them. */
const bare = new RegExp(`${numberStart}\\d{8,17}${numberEnd}`, 'gu')
const isPhoneLong = /^\d{10,11}$/
const reach = { before: 80, after: 40 }

const words = (kind: Kind, of: typeof account) => ({ kind, word: new RegExp(pattern(of), 'gu') })
const kinds = [words('account', account), words('phone', phone)]
const otherWord = new RegExp(`(?:${pattern(apart)})[^\\d\\n]{0,12}$`, 'iu')

/** Long numbers in a sentence that is about an account or a phone, unless something else is numbered or counted. */
export const nearbyNumbers: Detector = function* (text) {
  for (const { 0: found, index: start } of matches(bare, text)) {
    const end = start + found.length
    const before = text.slice(Math.max(0, start - reach.before), start)
    if (/000$/.test(found) || isDate(found) || isThing(text, start) || isQuantity(text, end) || otherWord.test(before))
      continue
    const around = `${before} ${text.slice(end, end + reach.after)}`.toLowerCase()
    const near = kinds.find(
      ({ kind, word }) =>
        (kind === 'account' || isPhoneLong.test(found)) &&
        Array.from(matches(word, around), ([name]) => name).some(name => !ambiguous.test(name)),
    )
    if (near) yield { kind: near.kind, start, end }
  }
}
