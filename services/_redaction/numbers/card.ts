import { at } from '#runtime/core/checked.ts'
import { answerPrefix, letter } from '../engine/context.ts'
import type { Detector } from '../engine/kinds.ts'
import { allMatches, textBefore } from '../engine/matching.ts'
import { alternatives, wordStart } from '../lexicon/pattern.ts'
import { luhn } from './luhn.ts'

/** First digits and lengths of the issuers' numbers (ISO/IEC 7812). */
const issuers = {
  visa: '4(?:\\d{12}|\\d{15}|\\d{18})',
  mastercard: '(?:5[1-5]\\d\\d|22(?:2[1-9]|[3-9]\\d)|2[3-6]\\d\\d|27(?:[01]\\d|20))\\d{12}',
  americanExpress: '3[47]\\d{13}',
  diners: '3(?:0[0-5]|[689]\\d)\\d{11}',
  discover: '6(?:011|4[4-9]\\d|5\\d\\d)\\d{12}',
  jcb: '35\\d{14}|(?:1800|2131)\\d{11}',
  mir: '220[0-4]\\d{12}',
  troy: '9792\\d{12}',
  maestroAndUnionPay: '(?:5[06-9]|6\\d)\\d{11,17}',
}
const issuerPattern = new RegExp(`^(?:${Object.values(issuers).join('|')})$`)
const minDigits = 12
const maxDigits = 19
const twelveDigits = /\d(?:[ ./-]{0,3}\d){11}/
const group = /\d+/g
const gap = /^(?:[ .-]| {2}| [-/] )$/
const cardWords =
  'card, cards, cc, cb, carte, karte, kreditkarte, kartennummer, kreditkartennummer, tarjeta, carta, kaart, kaartnummer, karta, kartę, karty, cartão, kort, kartu, visa, mastercard, amex, карта, карты, карту'
const cardLabel = new RegExp(
  `(?:${wordStart}(?:${alternatives(cardWords)})(?!\\p{L})|カード|卡)[^\\d\\n]{0,20}(?:${answerPrefix})?$`,
  'iu',
)
const otherCardLabel = /(?:gift|loyalty|member(?:ship)?|library|bonus|sim|graphics)\P{L}{0,2}cards?[^\d\n]{0,20}$/iu

type DigitGroup = { readonly start: number; readonly end: number }

/**
 * Payment card numbers: 12 to 19 digits, in one piece or in groups, with an issuer's first digits and a valid check digit. After
 * the word card one of both is enough, since people mistype.
 */
export const cards: Detector = function* (text) {
  if (!twelveDigits.test(text)) return
  const groups = Array.from(allMatches(group, text), ({ 0: { length }, index }) => ({
    start: index,
    end: index + length,
  }))
  let searchFrom = 0
  for (const [index, { start }] of groups.entries()) {
    if (start < searchFrom || (isInsideToken(text, start) && !hasCardLabel(text, start))) continue
    const end = longestCard(text, groups, index)
    if (end === undefined) continue
    yield { kind: 'card', start, end }
    searchFrom = end
  }
}

/** Where the longest card number that begins with a group ends. */
function longestCard(text: string, groups: readonly DigitGroup[], first: number): number | undefined {
  let digits = ''
  const lengths: number[] = []
  const firstStart = at(groups, first).start
  let previousEnd: number | undefined
  let cardEnd: number | undefined
  for (let index = first; index < groups.length; index++) {
    const { start, end } = at(groups, index)
    if (previousEnd !== undefined && !gap.test(text.slice(previousEnd, start))) break
    previousEnd = end
    if (digits.length + end - start > maxDigits) break
    digits += text.slice(start, end)
    lengths.push(end - start)
    if (digits.length < minDigits || unwantedSuffix.test(text.slice(end, end + 1))) continue
    const isLabelled = hasCardLabel(text, firstStart)
    if (!isLabelled && !isGrouped(lengths)) continue
    const checksPassed = Number(issuerPattern.test(digits)) + Number(luhn(digits))
    if (checksPassed === 2 || (checksPassed === 1 && isLabelled && isGrouped(lengths))) cardEnd = end
  }
  return cardEnd
}

/** In one piece, in groups as printed on cards, or digit by digit. */
const isGrouped = (lengths: readonly number[]): boolean =>
  lengths.length === 1 ||
  ([4, 8].includes(at(lengths, 0)) && lengths.every(length => length <= 8)) ||
  lengths.every(length => length === 1)

function hasCardLabel(text: string, start: number): boolean {
  const before = textBefore(text, start, 60)
  return cardLabel.test(before) && !otherCardLabel.test(before)
}

const unwantedPrefix = new RegExp(`(?:[${letter}_]|[${letter}_][-.]|\\d\\.|[$€£¥+])$`, 'u')
const unwantedSuffix = new RegExp(`^[${letter}_%€]`, 'u')
const isInsideToken = (text: string, start: number): boolean => unwantedPrefix.test(textBefore(text, start, 2))
