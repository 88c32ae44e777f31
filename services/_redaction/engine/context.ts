import { amountWords, referenceWords } from '../lexicon/context-words.ts'
import { wordPattern } from '../lexicon/pattern.ts'
import { textBefore } from './matching.ts'

/** A letter of a script that puts blanks between words. Next to a letter of another script a number may stand without one. */
export const letter = '\\p{sc=Latin}\\p{sc=Cyrillic}\\p{sc=Greek}'

/** Where a number without a label may begin: not inside a word, a decimal, an amount or an identifier with dashes. */
export const numberStart = `(?<![${letter}\\p{N}_@#]|[${letter}\\p{N}_][-./]|[$€£¥₹] ?)`
/** Where it may end. */
export const numberEnd = `(?![${letter}\\p{N}_]|[-./]\\p{N}|,\\p{N}{1,2}(?![\\p{N}.])|[-.,/][${letter}](?![${letter}]{2})| ?[%€£$¥₹](?! ?\\d))`

/** In a transcript, from the end of a question to the answer: the answering speaker's name, and words such as "yes, it's". */
export const answerPrefix =
  "[?.!]*\\s+(?:[\\p{L} ]{1,16}[:>]\\s*(?:(?:it's|its|it is|sure|yes|yep|ok|okay|that's|ja|oui|sí|sim)[,.:]? ){0,2})?"

export const digitsOf = (text: string): string => text.replace(/\D/g, '')

const day = '(?:0?[1-9]|[12]\\d|3[01])'
const month = '(?:0?[1-9]|1[0-2])'
const year = '(?:19|20)\\d\\d'
const date = `(?:${year}(?:[/-](?:${year}|\\d\\d)|[./-]${month}(?:[./-]${day})?|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01]))|(?:${day}[./-]${month}|${month}[./-]${day})[./-](?:${year}|\\d\\d))`
const startsWithDate = new RegExp(`^${date}(?![./-]?\\d)`)

/**
 * Whether a number is, or begins with, a date in digits or a tax year such as 2025/26. Stricter than what numbers/birth-date.ts
 * accepts after a label: without one, a number that is no possible date may be an identifier.
 */
export const isDate = (text: string): boolean => startsWithDate.test(text)

const units =
  'usd|eur|gbp|jpy|chf|inr|cad|aud|dollars?|euros?|pounds?|yen|rupees?|won|bucks?|shares?|units?|rows|bytes|views|points|miles|times|days?|weeks?|months?|years?|percent|k|m|bn|million|seconds?|minutes?|hours?|sek|nok|dkk|kr|pln|zł|contracts?|lots?|pips|ticks|stück|aktien|acciones|actions|azioni|aandelen|akcji|ações'
const quantitySuffix = new RegExp(`^(?:[.,:]\\d|\\s?(?:[%€$£¥₹](?!\\s?\\d)|(?:${units})(?!\\p{L})))`, 'iu')

/** Whether the number that ends at an offset is a decimal, money or a quantity. */
export const isQuantity = (text: string, end: number): boolean => quantitySuffix.test(text.slice(end, end + 12))

const referenceWordBefore = new RegExp(
  `(?:${wordPattern(referenceWords)})\\.?[^\\d\\n@.!?;]{0,16}(?:\\?\\s{0,3}\\n[\\p{L} ]{1,16}[:>][^\\d\\n]{0,12})?$`,
  'iu',
)

/** The earlier items of a list: `orders 77120934 and 77120935`. */
const earlierListItems =
  / (?:(?=\D{0,8}\d)[\dA-Za-z./-]{4,24}(?:,? (?:and|or|und|oder|et|ou|y|e|i|och|en|&) |, ?| ?\/ ?)){1,4}$/

/** Whether the words before an offset say that a thing is numbered there: an order, an invoice, a parcel. */
export const isAfterReferenceWord = (text: string, offset: number): boolean =>
  referenceWordBefore.test(textBefore(text, offset, 80).replace(earlierListItems, ' ').slice(-60))

const amountWordBefore = new RegExp(`(?:${wordPattern(amountWords)})[^\\d\\n]{0,12}$`, 'iu')

/** Whether the words before an offset say that an amount, a price or a time follows. */
export const isAfterAmountWord = (text: string, offset: number): boolean =>
  amountWordBefore.test(textBefore(text, offset, 40))

const digestLabel = /(?:sha|md5|blake)[\w-]{0,8}(?: ?[:=-] ?|\s(?:is\s)?)$|fingerprint[\w ]{0,12}:? ?$/i

/** Whether the words before an offset say that a digest or fingerprint follows: those are published. */
export const isAfterDigestWord = (text: string, offset: number): boolean =>
  digestLabel.test(textBefore(text, offset, 30))
