import { type CountryCode, parsePhoneNumberFromString as parse } from 'libphonenumber-js/max'
import type { Detector, Finding, RedactionKind } from '../engine/kinds.ts'
import { allMatches, isDate } from '../engine/matching.ts'
import { alternatives, referenceWords, wordPattern } from '../lexicon/words.ts'
import { isQuantity } from './value-end.ts'

/** From the word in the question to the value in the answer, which has the name of who gives it before it. */
const questionToAnswer = '[^\\n\\0]{0,80}\\n[ \\t]{0,4}[\\p{L} .]{1,20}[:>][^\\d\\n?;$€£¥+(\\0]{0,40}'
const numberWords = `number, no, digits, reach you, call you, call you back, callback, ring you, contact, nummer, erreichen, erreiche ich, bereiken, bellen,
    numéro, joindre, contacter, rappeler, numero, recapito, contattare, número, contacto, localizar, llamarle, llamarte, numer, kontakt,
    kontaktu, kontaktowy, zadzwonić, oddzwonić`
const codeWords = `pin, mpin, passcode, code, codes, otp, geheimzahl, geheimcode, kod, código, codigo, codice, clave`
const wordStart = '(?<![\\p{L}\\p{N}])'
const answerPattern = (words: string, value: string): RegExp =>
  new RegExp(
    `${wordStart}(?:${alternatives(words)})(?![\\p{L}\\p{N}])(?<question>${questionToAnswer})(?<value>${value})(?![\\p{L}\\p{N}]|[.,/-]\\d)`,
    'giu',
  )
const phoneAnswer = answerPattern(numberWords, '[+(]{0,2}\\d(?:[ .()/-]{0,2}\\d){7,13}')
const codeAnswer = answerPattern(codeWords, '\\d{4,8}|\\d{3}[ -]\\d{3}')
const countries: readonly CountryCode[] = ['US', 'GB', 'IE', 'AU', 'IN', 'DE', 'FR', 'ES', 'IT', 'NL', 'PL', 'PT']
/** Something that is numbered or has a code, and is nobody's. */
const otherSubject = new RegExp(
  `${wordPattern(referenceWords)}|${wordStart}(?:zip|post|postal|country|dial\\p{L}{0,3}|area|promo|discount|referral|invite|currency|stock|bank|sort|source|exit|status|errors?|https?|isin|of (?:contracts|shares|units|lots|coins))(?!\\p{L})`,
  'iu',
)

/** Phone numbers and codes that answer a question of a transcript, where only the question says what they are. */
export const transcriptAnswers: Detector = function* (text) {
  if (!/\?\s*\n[ \t]*[\p{L} .]{1,20}[:>]/u.test(text)) return
  yield* findAnswers(
    'phone',
    phoneAnswer,
    text,
    value => !/000$/.test(value) && countries.some(country => parse(value, country)?.isValid()),
  )
  yield* findAnswers('secret', codeAnswer, text, () => true)
}

function* findAnswers(
  kind: RedactionKind,
  pattern: RegExp,
  text: string,
  accept: (value: string) => boolean,
): Generator<Finding> {
  for (const { 0: found, index, groups } of allMatches(pattern, text)) {
    const { question = '', value = '' } = groups ?? {}
    const end = index + found.length
    const start = end - value.length
    const isOther = otherSubject.test(`${text.slice(Math.max(0, index - 24), index)} ${question}`)
    if (isOther || !question.includes('?') || isDate(value) || isQuantity(text, end)) continue
    if (accept(value)) yield { kind, start, end }
  }
}
