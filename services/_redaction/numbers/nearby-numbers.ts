import {
  isAfterAmountWord,
  isAfterReferenceWord,
  isDate,
  isQuantity,
  numberEnd,
  numberStart,
} from '../engine/context.ts'
import type { Detector, RedactionKind } from '../engine/kinds.ts'
import { allMatches, findMatches, groupOf, textBefore } from '../engine/matching.ts'
import { accountWords, ambiguousWords, nationalIdWords, phoneWords } from '../lexicon/number-words.ts'
import { type WordList, wordPattern } from '../lexicon/pattern.ts'

/** A number of the length of account and phone numbers, in one piece or in groups. */
const unlabelledNumber = new RegExp(
  `${numberStart}(?:\\d{8,17}|\\d{3}([ -])\\d{3}\\1\\d{3}|\\d{3,6}-\\d{4,8}(?:-\\d{2,6})?|[A-Z]{1,3}-?\\d{6,9})${numberEnd}`,
  'gu',
)
const maxDistance = { before: 80, after: 60 }
/** Accounts as their issuers number them: Interactive Brokers, Fidelity, Oanda, the banks of New Zealand. */
const issuerAccounts = new RegExp(
  `${numberStart}(?:[UF]\\d{7,8}|D[UF]\\d{6,8}|[XYZ]\\d{2}-?\\d{6}|\\d{3}-\\d{3}-\\d{7,8}-\\d{3}|\\d{2}-\\d{4}-\\d{7}-\\d{2,3})${numberEnd}`,
  'gu',
)
/** A sort code and the eight digits after it. */
const accountAfterSortCode =
  /(?<=(?<![\d-])(?<sort>\d{2}-\d{2}-\d{2})[ ,/]{1,3}(?:(?:no|acc|acct|a\/c|account|and)[.:]{0,2} ){0,2})\d{8}(?![\d.,-]\d|\d)/g
/** The label may follow the number: `2208819 is my member number`. */
const accountBeforeLabel = new RegExp(
  `${numberStart}(?:[A-Z]{1,3}-?)?\\d{5,12}(?= (?:is|was|as|for|being|=|-|\\() ?[^\\d\\n.;!?]{0,20}(?:account|acct|member|client|customer|policy|portfolio|plan|membership) (?:number|no|id|#))`,
  'gu',
)
const keywordOf = (kind: RedactionKind, words: WordList, length: RegExp) => ({
  kind,
  pattern: new RegExp(wordPattern(words), 'gu'),
  length,
})
/** A keyword near a number of a fitting length gives its kind; the first of the list that fits. */
const keywords = [
  keywordOf('account', accountWords, /^/),
  keywordOf('phone', phoneWords, /^\d{10,11}$/),
  keywordOf('national-id', nationalIdWords, /^(?:\d{9,12}|\d{3}[ -]\d{3}[ -]\d{3})$/),
]
const mySocial = /(?<!\p{L})(?:my|his|her|their|the) social(?! media)(?!\p{L})/u

/** A sequence number of a day or year, such as 20240513-00418. */
const isSequenceNumber = (found: string): boolean => /^(?:19|20)\d{2}(?:\d{4})?-/.test(found)

/** Long numbers near a word for an account, a phone or an id, unless something else is numbered or counted. */
export const nearbyNumbers: Detector = function* (text) {
  yield* findMatches('account', issuerAccounts, text, (_found, start) => !isAfterReferenceWord(text, start))
  yield* findMatches(
    'account',
    accountBeforeLabel,
    text,
    (found, start) => !isAfterReferenceWord(text, start) && !isDate(found),
  )
  for (const match of allMatches(accountAfterSortCode, text))
    if (!isDate(groupOf(match, 'sort')))
      yield { kind: 'account', start: match.index, end: match.index + match[0].length }
  for (const { 0: found, index: start } of allMatches(unlabelledNumber, text)) {
    const end = start + found.length
    if (
      /000$/.test(found) ||
      isDate(found) ||
      isSequenceNumber(found) ||
      isAfterReferenceWord(text, start) ||
      isQuantity(text, end) ||
      isAfterAmountWord(text, start)
    )
      continue
    const around =
      `${textBefore(text, start, maxDistance.before)} ${text.slice(end, end + maxDistance.after)}`.toLowerCase()
    const keyword = keywords.find(
      ({ kind, pattern, length }) =>
        length.test(found) &&
        (Array.from(allMatches(pattern, around), ([word]) => word).some(word => !ambiguousWords.test(word)) ||
          (kind === 'national-id' && mySocial.test(around))),
    )
    if (keyword) yield { kind: keyword.kind, start, end }
  }
}
