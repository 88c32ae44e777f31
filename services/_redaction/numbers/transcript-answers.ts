import { isDate, isQuantity } from '../engine/context.ts'
import type { Detector, Finding, RedactionKind } from '../engine/kinds.ts'
import { allMatches, groupOf, textBefore } from '../engine/matching.ts'
import { referenceWords } from '../lexicon/context-words.ts'
import { alternatives, wordEnd, wordPattern, wordStart } from '../lexicon/pattern.ts'
import { isNationalNumber } from './phone.ts'

/** From the word in the question to the value in the answer, which begins with the speaker's name. */
const questionToAnswer = '[^\\n\\0]{0,80}\\n[ \\t]{0,4}[\\p{L} .]{1,20}[:>][^\\d\\n?;$€£¥+(\\0]{0,40}'
const numberWords = `number, no, digits, reach you, call you, call you back, callback, ring you, contact, nummer, erreichen, erreiche ich, bereiken, bellen,
    numéro, joindre, contacter, rappeler, numero, recapito, contattare, número, contacto, localizar, llamarle, llamarte, numer, kontakt,
    kontaktu, kontaktowy, zadzwonić, oddzwonić`
const codeWords = `pin, mpin, passcode, code, codes, otp, geheimzahl, geheimcode, kod, código, codigo, codice, clave`
const answerPattern = (words: string, value: string): RegExp =>
  new RegExp(
    `${wordStart}(?:${alternatives(words)})${wordEnd}(?<question>${questionToAnswer})(?<value>${value})(?![\\p{L}\\p{N}]|[.,/-]\\d)`,
    'giu',
  )
const phoneAnswer = answerPattern(numberWords, '[+(]{0,2}\\d(?:[ .()/-]{0,2}\\d){7,13}')
const codeAnswer = answerPattern(codeWords, '\\d{4,8}|\\d{3}[ -]\\d{3}')
/** Things with a number or a code that identify no person. */
const otherSubject = new RegExp(
  `${wordPattern(referenceWords)}|${wordStart}(?:zip|post|postal|country|dial\\p{L}{0,3}|area|promo|discount|referral|invite|currency|stock|bank|sort|source|exit|status|errors?|https?|isin|of (?:contracts|shares|units|lots|coins))(?!\\p{L})`,
  'iu',
)

/** Phone numbers and codes in answers of a transcript, where only the question says what they are. */
export const transcriptAnswers: Detector = function* (text) {
  if (!/\?\s*\n[ \t]*[\p{L} .]{1,20}[:>]/u.test(text)) return
  yield* findAnswers('phone', phoneAnswer, text, value => !/000$/.test(value) && isNationalNumber(value))
  yield* findAnswers('secret', codeAnswer, text, () => true)
}

function* findAnswers(
  kind: RedactionKind,
  pattern: RegExp,
  text: string,
  accept: (value: string) => boolean,
): Generator<Finding> {
  for (const match of allMatches(pattern, text)) {
    const [question, value] = [groupOf(match, 'question'), groupOf(match, 'value')]
    const end = match.index + match[0].length
    const start = end - value.length
    const isOther = otherSubject.test(`${textBefore(text, match.index, 24)} ${question}`)
    if (isOther || !question.includes('?') || isDate(value) || isQuantity(text, end)) continue
    if (accept(value)) yield { kind, start, end }
  }
}
