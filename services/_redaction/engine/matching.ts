import { amountWords, referenceWords, wordPattern } from '../lexicon/words.ts'
import type { Finding, RedactionKind } from './kinds.ts'

/** The part of a match that is the value; undefined when it is none. */
export type ValueSelector = (
  found: string,
  at: number,
) => { readonly from: number; readonly to: number } | undefined | boolean

/** Every match of a global pattern. Not `matchAll`, which copies the pattern each time: most texts are short. */
export function* allMatches(pattern: RegExp, text: string): Generator<RegExpExecArray> {
  let from = 0
  for (;;) {
    pattern.lastIndex = from
    const match = pattern.exec(text)
    if (match === null) return
    from = match.index + Math.max(match[0].length, 1)
    yield match
  }
}

/** Every match of a global pattern, or the part of it that `part` names. */
export function* findMatches(
  kind: RedactionKind,
  pattern: RegExp,
  text: string,
  select?: ValueSelector,
): Generator<Finding> {
  for (const { 0: found, index } of allMatches(pattern, text)) {
    const value = select === undefined ? true : select(found, index)
    if (value === true) yield { kind, start: index, end: index + found.length }
    else if (value) yield { kind, start: index + value.from, end: index + value.to }
  }
}

/** The values that end every match of a pattern, in its group `value`: their place follows from where the match ends. */
export function* findValueGroups(
  kind: RedactionKind,
  pattern: RegExp,
  text: string,
  accept: (value: string, found: string, at: number) => boolean = () => true,
): Generator<Finding> {
  for (const { 0: found, index, groups } of allMatches(pattern, text)) {
    const value = groups?.['value'] ?? ''
    const end = index + found.length
    const start = end - value.length
    if (accept(value, found, start)) yield { kind, start, end }
  }
}

const day = '(?:0?[1-9]|[12]\\d|3[01])'
const month = '(?:0?[1-9]|1[0-2])'
const year = '(?:19|20)\\d\\d'
const date = `(?:${year}(?:[/-](?:${year}|\\d\\d)|[./-]${month}(?:[./-]${day})?|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01]))|(?:${day}[./-]${month}|${month}[./-]${day})[./-](?:${year}|\\d\\d))`
const startsWithDate = new RegExp(`^${date}(?![./-]?\\d)`)

/** Whether a number is a date in figures, a tax year such as 2025/26, or begins with one. */
export const isDate = (text: string): boolean => startsWithDate.test(text)

export const digitsOf = (text: string): string => text.replace(/\D/g, '')

/** Letters of scripts that put blanks between words: next to another letter a number may stand without one. */
export const letter = '\\p{sc=Latin}\\p{sc=Cyrillic}\\p{sc=Greek}'

/** In a transcript the answer stands after the question, behind the name of who answers. */
export const answerPrefix =
  "[?.!]*\\s+(?:[\\p{L} ]{1,16}[:>]\\s*(?:(?:it's|its|it is|sure|yes|yep|ok|okay|that's|ja|oui|sí|sim)[,.:]? ){0,2})?"

/** Where a number may begin that no label announces: not inside a word, a decimal, an amount or an identifier with dashes. */
export const numberStart = `(?<![${letter}\\p{N}_@#]|[${letter}\\p{N}_][-./]|[$€£¥₹] ?)`
/** Where it may end. */
export const numberEnd = `(?![${letter}\\p{N}_]|[-./]\\p{N}|,\\p{N}{1,2}(?![\\p{N}.])|[-.,/][${letter}](?![${letter}]{2})| ?[%€£$¥₹](?! ?\\d))`

const referenceWordBefore = new RegExp(
  `(?:${wordPattern(referenceWords)})\\.?[^\\d\\n@.!?;]{0,16}(?:\\?\\s{0,3}\\n[\\p{L} ]{1,16}[:>][^\\d\\n]{0,12})?$`,
  'iu',
)

/** The first ones of a list: `orders 77120934 and 77120935`. */
const earlierListItems =
  / (?:(?=\D{0,8}\d)[\dA-Za-z./-]{4,24}(?:,? (?:and|or|und|oder|et|ou|y|e|i|och|en|&) |, ?| ?\/ ?)){1,4}$/

/** Whether the words before a place say that a thing is numbered there: an order, an invoice, a parcel. */
export const isAfterReferenceWord = (text: string, at: number): boolean =>
  referenceWordBefore.test(
    text
      .slice(Math.max(0, at - 80), at)
      .replace(earlierListItems, ' ')
      .slice(-60),
  )

const amountWordBefore = new RegExp(`(?:${wordPattern(amountWords)})[^\\d\\n]{0,12}$`, 'iu')

/** Whether the words before a place say that an amount, a price or a time follows. */
export const isAfterAmountWord = (text: string, at: number): boolean =>
  amountWordBefore.test(text.slice(Math.max(0, at - 40), at))
