import type { Detector } from './kinds.ts'
import { matches } from './matching.ts'

/** Issuers' first digits and lengths (ISO/IEC 7812): Visa, Mastercard, American Express, Diners, Discover, JCB, Mir, Troy, Maestro and UnionPay. */
const issued =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|6(?:011|4[4-9]\d|5\d\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|220[0-4]\d{12}|9792\d{12}|(?:5[06-9]|6\d)\d{11,17})$/
const longest = 19
const enough = /\d(?:[ ./-]{0,3}\d){12}/
const group = /\d+/g
const gap = /^(?:[ .-]| {2}| [-/] )$/
const announced =
  /(?:card|carte|cb|karte|kreditkarte|tarjeta|carta|kaart|karta|kartę|cartão|kort|kartu|visa|mastercard|карта|карты|カード|卡)[^\d\n]{0,20}$/i
const giftCard = /(?:gift|loyalty|member(?:ship)?|library|bonus)\P{L}{0,2}card[^\d\n]{0,20}$/iu

type Group = { readonly start: number; readonly end: number }

/**
 * Payment card numbers: 13 to 19 digits as an issuer gives them, alone or in groups, with Luhn's check digit. Right after
 * the word card one of 4-4-4-4 is taken even if mistyped.
 */
export const cards: Detector = function* (text) {
  if (!enough.test(text)) return
  const groups = Array.from(matches(group, text), ({ 0: { length }, index }) => ({ start: index, end: index + length }))
  let free = 0
  for (const [index, { start }] of groups.entries()) {
    if (start < free || isInside(text, start)) continue
    const end = longestCard(text, groups, index)
    if (end === undefined) continue
    yield { kind: 'card', start, end }
    free = end
  }
}

function longestCard(text: string, groups: readonly Group[], first: number): number | undefined {
  let digits = ''
  const lengths: number[] = []
  let found: number | undefined
  for (let index = first; index < groups.length; index++) {
    const { start, end } = groups[index] as Group
    if (index > first && !gap.test(text.slice((groups[index - 1] as Group).end, start))) break
    if (digits.length + end - start > longest) break
    digits += text.slice(start, end)
    lengths.push(end - start)
    if (digits.length >= 13 && isGrouped(lengths) && !/^[\p{L}_%€]/u.test(text.slice(end, end + 1)))
      if ((issued.test(digits) && luhn(digits)) || isMistyped(text, (groups[first] as Group).start, lengths))
        found = end
  }
  return found
}

/** As printed on cards, or digit by digit. */
const isGrouped = (lengths: readonly number[]): boolean =>
  lengths.length === 1 ||
  ([4, 8].includes(lengths[0] ?? 0) && lengths.every(length => length <= 8)) ||
  lengths.every(length => length === 1)

function isMistyped(text: string, start: number, lengths: readonly number[]): boolean {
  if (lengths.join() !== '4,4,4,4') return false
  const before = text.slice(Math.max(0, start - 40), start)
  return announced.test(before) && !giftCard.test(before)
}

const isInside = (text: string, start: number): boolean =>
  /(?:[\p{L}_]|[\p{L}_][-.]|\d[.,]|[$€£¥+])$/u.test(text.slice(Math.max(0, start - 2), start))

/** Luhn's check (ISO/IEC 7812-1, annex B). */
export function luhn(digits: string): boolean {
  let sum = 0
  for (let at = digits.length - 1, double = false; at >= 0; at--, double = !double) {
    const digit = Number(digits[at]) * (double ? 2 : 1)
    sum += digit > 9 ? digit - 9 : digit
  }
  return sum % 10 === 0
}
