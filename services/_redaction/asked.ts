import { type CountryCode, parsePhoneNumberFromString as parse } from 'libphonenumber-js/max'
import type { Detector, Finding, Kind } from './kinds.ts'
import { isDate, matches } from './matching.ts'
import { isQuantity } from './values.ts'
import { alternatives, pattern, thing } from './words.ts'

/** From the word in the question to the value in the answer, which has the name of who gives it before it. */
const turn = '[^\\n\\0]{0,80}\\n[ \\t]{0,4}[\\p{L} .]{1,20}[:>][^\\d\\n?;$€£¥+(\\0]{0,40}'
const numberWords = `number, no, digits, reach you, call you, call you back, callback, ring you, contact, nummer, erreichen, erreiche ich, bereiken, bellen,
    numéro, joindre, contacter, rappeler, numero, recapito, contattare, número, contacto, localizar, llamarle, llamarte, numer, kontakt,
    kontaktu, kontaktowy, zadzwonić, oddzwonić`
const codeWords = `pin, mpin, passcode, code, codes, otp, geheimzahl, geheimcode, kod, código, codigo, codice, clave`
const begin = '(?<![\\p{L}\\p{N}])'
const asked = (words: string, value: string): RegExp =>
  new RegExp(
    `${begin}(?:${alternatives(words)})(?![\\p{L}\\p{N}])(?<question>${turn})(?<value>${value})(?![\\p{L}\\p{N}]|[.,/-]\\d)`,
    'giu',
  )
const phone = asked(numberWords, '[+(]{0,2}\\d(?:[ .()/-]{0,2}\\d){7,13}')
const code = asked(codeWords, '\\d{4,8}|\\d{3}[ -]\\d{3}')
const countries: readonly CountryCode[] = ['US', 'GB', 'IE', 'AU', 'IN', 'DE', 'FR', 'ES', 'IT', 'NL', 'PL', 'PT']
/** Something that is numbered or has a code, and is nobody's. */
const other = new RegExp(
  `${pattern(thing)}|${begin}(?:zip|post|postal|country|dial\\p{L}{0,3}|area|promo|discount|referral|invite|currency|stock|bank|sort|source|exit|status|errors?|https?|isin|of (?:contracts|shares|units|lots|coins))(?!\\p{L})`,
  'iu',
)

/** Phone numbers and codes that answer a question of a transcript, where only the question says what they are. */
export const answers: Detector = function* (text) {
  if (!/\?\s*\n[ \t]*[\p{L} .]{1,20}[:>]/u.test(text)) return
  yield* given(
    'phone',
    phone,
    text,
    value => !/000$/.test(value) && countries.some(country => parse(value, country)?.isValid()),
  )
  yield* given('secret', code, text, () => true)
}

function* given(kind: Kind, pattern: RegExp, text: string, accept: (value: string) => boolean): Generator<Finding> {
  for (const { 0: found, index, groups } of matches(pattern, text)) {
    const { question = '', value = '' } = groups ?? {}
    const end = index + found.length
    const start = end - value.length
    const isOther = other.test(`${text.slice(Math.max(0, index - 24), index)} ${question}`)
    if (isOther || !question.includes('?') || isDate(value) || isQuantity(text, end)) continue
    if (accept(value)) yield { kind, start, end }
  }
}
