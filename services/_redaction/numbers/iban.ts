import { countrySpecs, isValidIBAN, ValidationErrorsIBAN, validateIBAN } from 'ibantools'
import type { Detector } from '../engine/kinds.ts'
import { allMatches, findMatches } from '../engine/matching.ts'

const countryAndCheckDigits = /(?<![\p{L}\p{N}])[A-Za-z]{2}[ .-]?\d{2}/gu
const ibanLabel = /iban[^\d\n]{0,20}$/i
/** Poland's are written without their country at home. */
const polishDomestic = /(?<![\p{L}\p{N}.,-])\d{2} ?(?:\d{4} ?){5}\d{4}(?![\p{L}\p{N}])/gu
/** The longest has 34 letters and digits. */
const maxLength = 70

/** IBANs (ISO 13616) of the length and structure of their country, with check digits modulo 97; after the word IBAN whatever they are. */
export const ibans: Detector = function* (text) {
  for (const { 0: found, index: start } of allMatches(countryAndCheckDigits, text)) {
    const length = countrySpecs[found.slice(0, 2).toUpperCase()]?.chars
    const value = length ? takeLength(text.slice(start, start + maxLength), length) : undefined
    if (value === undefined) continue
    if (isIban(value) || ibanLabel.test(text.slice(Math.max(0, start - 30), start)))
      yield { kind: 'iban', start, end: start + value.length }
  }
  yield* findMatches('iban', polishDomestic, text, found => isValidIBAN(`PL${found.replaceAll(' ', '')}`))
}

/** The beginning of `text` with that many letters and digits and no more, in groups at most. */
function takeLength(text: string, length: number): string | undefined {
  return new RegExp(`^(?:[A-Za-z0-9][ .-]?){${length - 1}}[A-Za-z0-9](?![\\p{L}\\p{N}])`, 'u').exec(text)?.[0]
}

/**
 * National check digits inside are not asked for. Of the right length and structure, the longer ones are taken to be mistyped
 * where the international ones do not fit.
 */
function isIban(value: string): boolean {
  const { errorCodes } = validateIBAN(value.replace(/[ .-]/g, '').toUpperCase())
  const toleratedErrors = [ValidationErrorsIBAN.WrongAccountBankBranchChecksum]
  if (value.length >= 18 && /^[A-Z]{2}[^a-z]+$/.test(value))
    toleratedErrors.push(ValidationErrorsIBAN.WrongIBANChecksum)
  return errorCodes.every(code => toleratedErrors.includes(code))
}
