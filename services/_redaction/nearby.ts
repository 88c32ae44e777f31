import type { Detector, Kind } from './kinds.ts'
import { find, isAmount, isDate, isThing, matches, numberEnd, numberStart } from './matching.ts'
import { isQuantity } from './values.ts'
import { account, ambiguous, nationalId, pattern, phone } from './words.ts'

/** A number of the length of account numbers, phone numbers among them, in one piece or in groups. */
const bare = new RegExp(
  `${numberStart}(?:\\d{8,17}|\\d{3}([ -])\\d{3}\\1\\d{3}|\\d{3,6}-\\d{4,8}(?:-\\d{2,6})?|[A-Z]{1,3}-?\\d{6,9})${numberEnd}`,
  'gu',
)
const isPhoneLong = /^\d{10,11}$/
const isIdLong = /^(?:\d{9,12}|\d{3}[ -]\d{3}[ -]\d{3})$/
const reach = { before: 80, after: 60 }
/** Accounts as their issuers number them: Interactive Brokers, Fidelity, Oanda, the banks of New Zealand. */
const issuers = new RegExp(
  `${numberStart}(?:[UF]\\d{7,8}|D[UF]\\d{6,8}|[XYZ]\\d{2}-?\\d{6}|\\d{3}-\\d{3}-\\d{7,8}-\\d{3}|\\d{2}-\\d{4}-\\d{7}-\\d{2,3})${numberEnd}`,
  'gu',
)
/** A sort code and the eight digits after it. */
const british =
  /(?<=(?<![\d-])(?<sort>\d{2}-\d{2}-\d{2})[ ,/]{1,3}(?:(?:no|acc|acct|a\/c|account|and)[.:]{0,2} ){0,2})\d{8}(?![\d.,-]\d|\d)/g
/** What it is may be said after it: `2208819 is my member number`. */
const saidAfter = new RegExp(
  `${numberStart}(?:[A-Z]{1,3}-?)?\\d{5,12}(?= (?:is|was|as|for|being|=|-|\\() ?[^\\d\\n.;!?]{0,20}(?:account|acct|member|client|customer|policy|portfolio|plan|membership) (?:number|no|id|#))`,
  'gu',
)
const words = (kind: Kind, of: typeof account) => ({ kind, word: new RegExp(pattern(of), 'gu') })
const kinds = [words('account', account), words('phone', phone), words('national-id', nationalId)]
const mySocial = /(?<!\p{L})(?:my|his|her|their|the) social(?! media)(?!\p{L})/u

/** A running number of a day or year, as 20240513-00418. */
const isRunning = (found: string): boolean => /^(?:19|20)\d{2}(?:\d{4})?-/.test(found)

/** Long numbers in a sentence that is about an account, a phone or an id, unless something else is numbered or counted. */
export const nearbyNumbers: Detector = function* (text) {
  yield* find('account', issuers, text, (_found, at) => !isThing(text, at))
  yield* find('account', saidAfter, text, (found, at) => !isThing(text, at) && !isDate(found))
  for (const { 0: found, index: start, groups } of matches(british, text))
    if (!isDate(groups?.['sort'] ?? '')) yield { kind: 'account', start, end: start + found.length }
  for (const { 0: found, index: start } of matches(bare, text)) {
    const end = start + found.length
    const before = text.slice(Math.max(0, start - reach.before), start)
    if (
      /000$/.test(found) ||
      isDate(found) ||
      isRunning(found) ||
      isThing(text, start) ||
      isQuantity(text, end) ||
      isAmount(text, start)
    )
      continue
    const around = `${before} ${text.slice(end, end + reach.after)}`.toLowerCase()
    const near = kinds.find(
      ({ kind, word }) =>
        (kind === 'account' || (kind === 'phone' ? isPhoneLong : isIdLong).test(found)) &&
        (Array.from(matches(word, around), ([name]) => name).some(name => !ambiguous.test(name)) ||
          (kind === 'national-id' && mySocial.test(around))),
    )
    if (near) yield { kind: near.kind, start, end }
  }
}
