import { countrySpecs, isValidIBAN, ValidationErrorsIBAN, validateIBAN } from 'ibantools'
import type { Detector } from '../engine/kinds.ts'
import { allMatches, findMatches, textBefore } from '../engine/matching.ts'

const countryAndCheckDigits = /(?<![\p{L}\p{N}])[A-Za-z]{2}[ .-]?\d{2}/gu
const ibanLabel = /iban[^\d\n]{0,20}$/i
/** In Poland an IBAN is written without the country code. */
const polishDomestic = /(?<![\p{L}\p{N}.,-])\d{2} ?(?:\d{4} ?){5}\d{4}(?![\p{L}\p{N}])/gu
/** The longest IBAN has 34 letters and digits; each may have a separator after it. */
const maxLength = 70

/** IBANs (ISO 13616) with the length, structure and check digits of their country; after the word IBAN the length is enough. */
export const ibans: Detector = function* (text) {
  for (const { 0: found, index: start } of allMatches(countryAndCheckDigits, text)) {
    const length = countrySpecs[found.slice(0, 2).toUpperCase()]?.chars
    const value = length ? takeLength(text.slice(start, start + maxLength), length) : undefined
    if (value === undefined) continue
    if (isIban(value) || ibanLabel.test(textBefore(text, start, 30)))
      yield { kind: 'iban', start, end: start + value.length }
  }
  yield* findMatches('iban', polishDomestic, text, found => isValidIBAN(`PL${found.replaceAll(' ', '')}`))
}

/** The first `length` letters and digits of `text`, in groups or not; undefined when it has fewer or more. */
function takeLength(text: string, length: number): string | undefined {
  return new RegExp(`^(?:[A-Za-z0-9][ .-]?){${length - 1}}[A-Za-z0-9](?![\\p{L}\\p{N}])`, 'u').exec(text)?.[0]
}

/**
 * National check digits are not checked. A long value of the right length and structure with wrong check digits is taken for a
 * mistyped IBAN.
 */
function isIban(value: string): boolean {
  const { errorCodes } = validateIBAN(value.replace(/[ .-]/g, '').toUpperCase())
  const toleratedErrors = [ValidationErrorsIBAN.WrongAccountBankBranchChecksum]
  if (value.length >= 18 && /^[A-Z]{2}[^a-z]+$/.test(value))
    toleratedErrors.push(ValidationErrorsIBAN.WrongIBANChecksum)
  return errorCodes.every(code => toleratedErrors.includes(code))
}
