import type { Detector, RedactionKind } from '../engine/kinds.ts'
import {
  allMatches,
  findMatches,
  isAfterAmountWord,
  isAfterReferenceWord,
  isDate,
  numberEnd,
  numberStart,
} from '../engine/matching.ts'
import { accountWords, ambiguousWords, nationalIdWords, phoneWords, wordPattern } from '../lexicon/words.ts'
import { isQuantity } from './value-end.ts'

/** A number of the length of account numbers, phone numbers among them, in one piece or in groups. */
const unlabelledNumber = new RegExp(
  `${numberStart}(?:\\d{8,17}|\\d{3}([ -])\\d{3}\\1\\d{3}|\\d{3,6}-\\d{4,8}(?:-\\d{2,6})?|[A-Z]{1,3}-?\\d{6,9})${numberEnd}`,
  'gu',
)
const isPhoneLong = /^\d{10,11}$/
const isIdLong = /^(?:\d{9,12}|\d{3}[ -]\d{3}[ -]\d{3})$/
const maxDistance = { before: 80, after: 60 }
/** Accounts as their issuers number them: Interactive Brokers, Fidelity, Oanda, the banks of New Zealand. */
const issuerAccounts = new RegExp(
  `${numberStart}(?:[UF]\\d{7,8}|D[UF]\\d{6,8}|[XYZ]\\d{2}-?\\d{6}|\\d{3}-\\d{3}-\\d{7,8}-\\d{3}|\\d{2}-\\d{4}-\\d{7}-\\d{2,3})${numberEnd}`,
  'gu',
)
/** A sort code and the eight digits after it. */
const accountAfterSortCode =
  /(?<=(?<![\d-])(?<sort>\d{2}-\d{2}-\d{2})[ ,/]{1,3}(?:(?:no|acc|acct|a\/c|account|and)[.:]{0,2} ){0,2})\d{8}(?![\d.,-]\d|\d)/g
/** What it is may be said after it: `2208819 is my member number`. */
const accountBeforeLabel = new RegExp(
  `${numberStart}(?:[A-Z]{1,3}-?)?\\d{5,12}(?= (?:is|was|as|for|being|=|-|\\() ?[^\\d\\n.;!?]{0,20}(?:account|acct|member|client|customer|policy|portfolio|plan|membership) (?:number|no|id|#))`,
  'gu',
)
const keywordMatcher = (kind: RedactionKind, of: typeof accountWords) => ({
  kind,
  word: new RegExp(wordPattern(of), 'gu'),
})
const keywordMatchers = [
  keywordMatcher('account', accountWords),
  keywordMatcher('phone', phoneWords),
  keywordMatcher('national-id', nationalIdWords),
]
const mySocial = /(?<!\p{L})(?:my|his|her|their|the) social(?! media)(?!\p{L})/u

/** A running number of a day or year, as 20240513-00418. */
const isSequenceNumber = (found: string): boolean => /^(?:19|20)\d{2}(?:\d{4})?-/.test(found)

/** Long numbers in a sentence that is about an account, a phone or an id, unless something else is numbered or counted. */
export const nearbyNumbers: Detector = function* (text) {
  yield* findMatches('account', issuerAccounts, text, (_found, at) => !isAfterReferenceWord(text, at))
  yield* findMatches(
    'account',
    accountBeforeLabel,
    text,
    (found, at) => !isAfterReferenceWord(text, at) && !isDate(found),
  )
  for (const { 0: found, index: start, groups } of allMatches(accountAfterSortCode, text))
    if (!isDate(groups?.['sort'] ?? '')) yield { kind: 'account', start, end: start + found.length }
  for (const { 0: found, index: start } of allMatches(unlabelledNumber, text)) {
    const end = start + found.length
    const before = text.slice(Math.max(0, start - maxDistance.before), start)
    if (
      /000$/.test(found) ||
      isDate(found) ||
      isSequenceNumber(found) ||
      isAfterReferenceWord(text, start) ||
      isQuantity(text, end) ||
      isAfterAmountWord(text, start)
    )
      continue
    const around = `${before} ${text.slice(end, end + maxDistance.after)}`.toLowerCase()
    const near = keywordMatchers.find(
      ({ kind, word }) =>
        (kind === 'account' || (kind === 'phone' ? isPhoneLong : isIdLong).test(found)) &&
        (Array.from(allMatches(word, around), ([name]) => name).some(name => !ambiguousWords.test(name)) ||
          (kind === 'national-id' && mySocial.test(around))),
    )
    if (near) yield { kind: near.kind, start, end }
  }
}
