import { digitsOf, isDate } from '../engine/matching.ts'
import { luhn } from './card.ts'
import { labelledPhoneEnd } from './phone.ts'

/** Where the value that begins at `start` ends; undefined when there is none. `gap` stands between the word before and it. */
export type ValueEndFinder = (text: string, start: number, gap: string) => number | undefined

const units =
  'usd|eur|gbp|jpy|chf|inr|cad|aud|dollars?|euros?|pounds?|yen|rupees?|won|bucks?|shares?|units?|rows|bytes|views|points|miles|times|days?|weeks?|months?|years?|percent|k|m|bn|million|seconds?|minutes?|hours?|sek|nok|dkk|kr|pln|zł|contracts?|lots?|pips|ticks|stück|aktien|acciones|actions|azioni|aandelen|akcji|ações'
const amount = new RegExp(`^(?:[.,:]\\d|\\s?(?:[%€$£¥₹](?!\\s?\\d)|(?:${units})(?!\\p{L})))`, 'iu')
/** Whether a number that ends there is a decimal, money or a quantity. */
export const isQuantity = (text: string, end: number): boolean => amount.test(text.slice(end, end + 12))

const alphanumericCode = /^[A-Za-z]{0,8}(?:-[A-Za-z]{1,8}-?|[-/]| )?\d[\dA-Za-z]*(?:[-./][\dA-Za-z]+)*(?:\([\dA-Z]\))?/
/** As people write numbers that they do not want to be found. */
const digitByDigit = /^\d(?:[ -]{1,3}\d){7,15}(?![\dA-Za-z])/
const nextGroup = /^ (?:\d[\dA-Z]*(?:-\d+)?(?![.,]\d)|(?:[A-Z]|[A-Z]{2}\d)(?![\p{L}\p{N}])(?: \d{3}(?![\d.,]))?)/u

const lengthOf = (value: string): number => value.replace(/[^\dA-Za-z]/g, '').length

/**
 * A code, with groups after it while that leaves it within `most` letters and digits. It has `fewest` digits, or four digits
 * among nine characters.
 */
function codeEnd(text: string, start: number, minDigits: number, maxLength: number): number | undefined {
  const [digitByDigitValue] = digitByDigit.exec(text.slice(start, start + 64)) ?? []
  if (digitByDigitValue !== undefined) return start + digitByDigitValue.length
  let value = alphanumericCode.exec(text.slice(start, start + 48))?.[0] ?? ''
  if (value === '') return undefined
  const isWhole = digitsOf(value).length >= 9
  for (
    let next = isWhole ? undefined : groupAt(text, start + value.length);
    next;
    next = groupAt(text, start + value.length)
  ) {
    if (lengthOf(value + next) > maxLength) break
    value += next
  }
  const end = start + value.length
  const digits = digitsOf(value).length
  const isLong = digits >= minDigits || (digits >= 4 && lengthOf(value) >= 9)
  return isLong &&
    lengthOf(value) <= maxLength &&
    !isDate(value) &&
    !isIsin(value) &&
    !/^\d+\.\d{2}$/.test(value) &&
    !isQuantity(text, end)
    ? end
    : undefined
}

/** The number of a security (ISO 6166): its letters count from ten on in Luhn's check. */
const isIsin = (value: string): boolean =>
  /^[A-Z]{2}[A-Z\d]{9}\d$/.test(value) &&
  luhn(value.replace(/[A-Z]/g, character => String(Number.parseInt(character, 36))))

const groupAt = (text: string, at: number): string | undefined => nextGroup.exec(text.slice(at, at + 24))?.[0]

/** In Ireland letters may follow the digits after a blank. */
const irishPps = /^\d{7}[ -]?[A-W][A-IW]?(?![\p{L}\p{N}])/u

export const idEnd: ValueEndFinder = (text, start) => {
  const [value] = irishPps.exec(text.slice(start, start + 12)) ?? []
  return value === undefined ? codeEnd(text, start, 6, 20) : start + value.length
}

export const bankCodeEnd: ValueEndFinder = (text, start) => {
  const [value = ''] = /^\d{2,6}(?:[ -]?\d{2,5}){0,3}(?![\d\p{L}])/u.exec(text.slice(start, start + 20)) ?? []
  const { length } = digitsOf(value)
  return length >= 3 && length <= 10 ? start + value.length : undefined
}

const accountNumberLabel = /#|cliente?(?!\p{L})|:|=|number|nummer|nr|no\b|n°|nº|(?<!\p{L})id\b|is\b|ist\b|est\b|es\b/iu

/** After the word account alone, short, round and distant numbers are something else. */
export const accountEnd: ValueEndFinder = (text, start, gap) => {
  const isNumbered =
    accountNumberLabel.test(text.slice(Math.max(0, start - gap.length - 8), start)) ||
    /^[A-Z]{1,4}-\d/.test(text.slice(start, start + 6))
  // Indian brokers number their clients with two or three letters and four digits.
  const isClient = isNumbered && /^[A-Z]{2,3}\d{4}(?![\dA-Za-z])/.test(text.slice(start, start + 9))
  const end = codeEnd(text, start, isClient ? 4 : isNumbered ? 5 : 6, 28)
  if (end === undefined || isNumbered) return end
  const value = text.slice(start, end)
  const isClear = digitsOf(value).length >= 8
  return gap.length > (isClear ? 26 : 16) || /^[1-9]\d*000$/.test(value) ? undefined : end
}

export const documentEnd: ValueEndFinder = (text, start) => {
  const shape = /^(?:[A-Z]{1,3} )?[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?: \d{2,}){0,3}(?![./]\d)/
  const value = shape.exec(text.slice(start, start + 32))?.[0] ?? ''
  const length = lengthOf(value)
  const isNumber = length >= 6 && length <= 25 && digitsOf(value).length >= 2 && !isDate(value)
  return isNumber && !isQuantity(text, start + value.length) ? start + value.length : undefined
}

export const phoneEnd: ValueEndFinder = (text, start) => {
  const end = labelledPhoneEnd(text, start)
  return end === undefined || isQuantity(text, end) ? undefined : end
}
