import type { Detector } from '../engine/kinds.ts'
import { allMatches, answerPrefix, letter } from '../engine/matching.ts'
import { alternatives } from '../lexicon/words.ts'

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
  `(?:(?<![\\p{L}\\p{N}])(?:${alternatives(cardWords)})(?!\\p{L})|カード|卡)[^\\d\\n]{0,20}(?:${answerPrefix})?$`,
  'iu',
)
const otherCardLabel = /(?:gift|loyalty|member(?:ship)?|library|bonus|sim|graphics)\P{L}{0,2}cards?[^\d\n]{0,20}$/iu

type DigitGroup = { readonly start: number; readonly end: number }

/**
 * Payment card numbers: 12 to 19 digits, alone or in groups, that begin as an issuer's do and end in Luhn's check digit; right
 * after the word card one of both is enough, since people mistype.
 */
export const cards: Detector = function* (text) {
  if (!twelveDigits.test(text)) return
  const groups = Array.from(allMatches(group, text), ({ 0: { length }, index }) => ({
    start: index,
    end: index + length,
  }))
  let free = 0
  for (const [index, { start }] of groups.entries()) {
    if (start < free || (isInsideToken(text, start) && !hasCardLabel(text, start))) continue
    const end = longestCard(text, groups, index)
    if (end === undefined) continue
    yield { kind: 'card', start, end }
    free = end
  }
}

function longestCard(text: string, groups: readonly DigitGroup[], first: number): number | undefined {
  let digits = ''
  const lengths: number[] = []
  let found: number | undefined
  for (let index = first; index < groups.length; index++) {
    const { start, end } = groups[index] as DigitGroup
    if (index > first && !gap.test(text.slice((groups[index - 1] as DigitGroup).end, start))) break
    if (digits.length + end - start > maxDigits) break
    digits += text.slice(start, end)
    lengths.push(end - start)
    if (digits.length < minDigits || unwantedSuffix.test(text.slice(end, end + 1))) continue
    const isLabelled = hasCardLabel(text, (groups[first] as DigitGroup).start)
    if (!isLabelled && !isGrouped(lengths)) continue
    const checksPassed = Number(issuerPattern.test(digits)) + Number(luhn(digits))
    if (checksPassed === 2 || (checksPassed === 1 && isLabelled && isGrouped(lengths))) found = end
  }
  return found
}

/** As printed on cards, or digit by digit. */
const isGrouped = (lengths: readonly number[]): boolean =>
  lengths.length === 1 ||
  ([4, 8].includes(lengths[0] ?? 0) && lengths.every(length => length <= 8)) ||
  lengths.every(length => length === 1)

function hasCardLabel(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - 60), start)
  return cardLabel.test(before) && !otherCardLabel.test(before)
}

const unwantedPrefix = new RegExp(`(?:[${letter}_]|[${letter}_][-.]|\\d\\.|[$€£¥+])$`, 'u')
const unwantedSuffix = new RegExp(`^[${letter}_%€]`, 'u')
const isInsideToken = (text: string, start: number): boolean =>
  unwantedPrefix.test(text.slice(Math.max(0, start - 2), start))

/** Luhn's check (ISO/IEC 7812-1, annex B). */
export function luhn(digits: string): boolean {
  let sum = 0
  for (let at = digits.length - 1, double = false; at >= 0; at--, double = !double) {
    const digit = Number(digits[at]) * (double ? 2 : 1)
    sum += digit > 9 ? digit - 9 : digit
  }
  return sum % 10 === 0
}
