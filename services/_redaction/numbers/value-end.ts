import { digitsOf, isDate, isQuantity } from '../engine/context.ts'
import { textBefore } from '../engine/matching.ts'
import { luhn } from './luhn.ts'
import { labelledPhoneEnd } from './phone.ts'

/** Where the value that begins at `start` ends; undefined when there is none. `gap` is the text between the label and the value. */
export type ValueEndFinder = (text: string, start: number, gap: string) => number | undefined

const alphanumericCode = /^[A-Za-z]{0,8}(?:-[A-Za-z]{1,8}-?|[-/]| )?\d[\dA-Za-z]*(?:[-./][\dA-Za-z]+)*(?:\([\dA-Z]\))?/
/** People write numbers digit by digit to hide them. */
const digitByDigit = /^\d(?:[ -]{1,3}\d){7,15}(?![\dA-Za-z])/
const nextGroup = /^ (?:\d[\dA-Z]*(?:-\d+)?(?![.,]\d)|(?:[A-Z]|[A-Z]{2}\d)(?![\p{L}\p{N}])(?: \d{3}(?![\d.,]))?)/u

const lengthOf = (value: string): number => value.replace(/[^\dA-Za-z]/g, '').length

/**
 * The end of a code of letters and digits. The groups after it belong to it as long as it has at most `maxLength` letters and
 * digits. It needs `minDigits` digits, or four digits among nine letters and digits.
 */
function codeEnd(text: string, start: number, minDigits: number, maxLength: number): number | undefined {
  const [digitByDigitValue] = digitByDigit.exec(text.slice(start, start + 64)) ?? []
  if (digitByDigitValue !== undefined) return start + digitByDigitValue.length
  let value = alphanumericCode.exec(text.slice(start, start + 48))?.[0] ?? ''
  if (value === '') return undefined
  if (digitsOf(value).length < 9)
    for (let next = nextGroupAt(text, start + value.length); next; next = nextGroupAt(text, start + value.length)) {
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

/** The number of a security (ISO 6166). In Luhn's check its letters count from ten on. */
const isIsin = (value: string): boolean =>
  /^[A-Z]{2}[A-Z\d]{9}\d$/.test(value) &&
  luhn(value.replace(/[A-Z]/g, character => String(Number.parseInt(character, 36))))

const nextGroupAt = (text: string, offset: number): string | undefined =>
  nextGroup.exec(text.slice(offset, offset + 24))?.[0]

/** Ireland: letters may follow the digits after a blank. */
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

/** Without a word such as number after the label, short, round and distant numbers are taken for something else. */
export const accountEnd: ValueEndFinder = (text, start, gap) => {
  const isNumbered =
    accountNumberLabel.test(textBefore(text, start, gap.length + 8)) ||
    /^[A-Z]{1,4}-\d/.test(text.slice(start, start + 6))
  // Client numbers of Indian brokers: two or three letters and four digits.
  const isClient = isNumbered && /^[A-Z]{2,3}\d{4}(?![\dA-Za-z])/.test(text.slice(start, start + 9))
  const end = codeEnd(text, start, isClient ? 4 : isNumbered ? 5 : 6, 28)
  if (end === undefined || isNumbered) return end
  const value = text.slice(start, end)
  const isLong = digitsOf(value).length >= 8
  return gap.length > (isLong ? 26 : 16) || /^[1-9]\d*000$/.test(value) ? undefined : end
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
