import { countrySpecs, isValidIBAN, ValidationErrorsIBAN, validateIBAN } from 'ibantools'
import type { Detector } from './kinds.ts'
import { find, matches } from './matching.ts'

const head = /(?<![\p{L}\p{N}])[A-Za-z]{2}[ .-]?\d{2}/gu
const announced = /iban[^\d\n]{0,20}$/i
/** Poland's are written without their country at home. */
const polish = /(?<![\p{L}\p{N}.,-])\d{2} ?(?:\d{4} ?){5}\d{4}(?![\p{L}\p{N}])/gu
/** The longest has 34 letters and digits. */
const longest = 70

/** IBANs (ISO 13616) of the length and structure of their country, with check digits modulo 97; after the word IBAN whatever they are. */
export const ibans: Detector = function* (text) {
  for (const { 0: found, index: start } of matches(head, text)) {
    const length = countrySpecs[found.slice(0, 2).toUpperCase()]?.chars
    const value = length ? ofLength(text.slice(start, start + longest), length) : undefined
    if (value === undefined) continue
    if (isIban(value) || announced.test(text.slice(Math.max(0, start - 30), start)))
      yield { kind: 'iban', start, end: start + value.length }
  }
  yield* find('iban', polish, text, found => isValidIBAN(`PL${found.replaceAll(' ', '')}`))
}

/** The beginning of `text` with that many letters and digits and no more, in groups at most. */
function ofLength(text: string, length: number): string | undefined {
  return new RegExp(`^(?:[A-Za-z0-9][ .-]?){${length - 1}}[A-Za-z0-9](?![\\p{L}\\p{N}])`, 'u').exec(text)?.[0]
}

/**
 * National check digits inside are not asked for. Of the right length and structure, the longer ones are taken to be mistyped
 * where the international ones do not fit.
 */
function isIban(value: string): boolean {
  const { errorCodes } = validateIBAN(value.replace(/[ .-]/g, '').toUpperCase())
  const forgiven = [ValidationErrorsIBAN.WrongAccountBankBranchChecksum]
  if (value.length >= 18 && /^[A-Z]{2}[^a-z]+$/.test(value)) forgiven.push(ValidationErrorsIBAN.WrongIBANChecksum)
  return errorCodes.every(code => forgiven.includes(code))
}
