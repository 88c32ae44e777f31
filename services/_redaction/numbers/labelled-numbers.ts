import { at } from '#runtime/core/checked.ts'
import { answerPrefix } from '../engine/context.ts'
import type { Detector, RedactionKind } from '../engine/kinds.ts'
import { allMatches, textBefore } from '../engine/matching.ts'
import { amountWords, referenceWords } from '../lexicon/context-words.ts'
import {
  accountWords,
  ambiguousWords,
  bankCodeWords,
  documentWords,
  nationalIdWords,
  phoneWords,
} from '../lexicon/number-words.ts'
import { type WordList, wordPattern } from '../lexicon/pattern.ts'
import { accountEnd, bankCodeEnd, documentEnd, idEnd, phoneEnd, type ValueEndFinder } from './value-end.ts'

/** A kind of value that is recognised by the word (the label) before it. */
type LabelledKind = {
  readonly kind: RedactionKind
  readonly pattern: string
  /** Most characters between label and value. */
  readonly maxGap: number
  /** What belongs to the value before its first digit. */
  readonly valuePrefix: RegExp
  readonly endOf: ValueEndFinder
}

const letterPrefix =
  /(?<![\p{L}\p{N}])(?:[A-Za-z]{1,8}[-/]?|[A-HJ-Z] |(?!NO|NR|ID|IS)[A-Z]{2,3} |[A-Z]{1,5}-[A-Z]{1,5}-?)$/u
const openingMarks = /[+(]{1,3}$/

const labelledKind = (
  kind: RedactionKind,
  words: WordList,
  maxGap: number,
  endOf: ValueEndFinder,
  valuePrefix = letterPrefix,
): LabelledKind => ({ kind, pattern: wordPattern(words), maxGap, endOf, valuePrefix })

const labelledKinds: readonly LabelledKind[] = [
  labelledKind('document', documentWords, 30, documentEnd),
  labelledKind('national-id', nationalIdWords, 26, idEnd),
  labelledKind('account', bankCodeWords, 16, bankCodeEnd),
  labelledKind('account', accountWords, 26, accountEnd),
  labelledKind('phone', phoneWords, 32, phoneEnd, openingMarks),
]
/** `mi número` is no phone word where `de cliente` follows. */
const otherPossessor = "(?<=n[uú]m[ée]ro(?= (?:de|d'|di|da|do|client|fiscal)))"
/** One capture group for each of `labelledKinds`, in their order: the group that matched says which. */
const labelPattern = new RegExp(
  labelledKinds
    .map(({ kind, pattern }) => (kind === 'phone' ? `((?:${pattern})(?!${otherPossessor}))` : `(${pattern})`))
    .join('|'),
  'gu',
)
const maxDistance = 40
/** Every value has two digits. */
const twoDigits = /\d[\dA-Za-z ./()-]{0,4}\d/

/** Account, identity, document and phone numbers after a word for one. The nearest word before a value gives its kind. */
export const labelledNumbers: Detector = function* (text) {
  if (!twoDigits.test(text)) return
  const labels = [...allMatches(labelPattern, text.toLowerCase())].filter(
    ({ 0: { length }, index }) => !isSpeakerName(text, index, index + length),
  )
  for (const [index, match] of labels.entries()) {
    const group = match.slice(1).findIndex(captured => captured !== undefined)
    const { kind, valuePrefix, maxGap, endOf } = at(labelledKinds, group)
    const labelEnd = match.index + match[0].length
    const start = valueStart(text, labelEnd, valuePrefix)
    if (start === undefined || start > labelEnd + maxGap || start > (labels[index + 1]?.index ?? start)) continue
    const gap = text.slice(labelEnd, start)
    if (isSeparated(gap) || isOtherWord(kind, text.slice(match.index, labelEnd), text.slice(labelEnd, start + 16)))
      continue
    for (let from: number | undefined = start; from !== undefined; ) {
      const end = endOf(text, from, gap)
      if (end === undefined) break
      yield { kind, start: from, end }
      from = nextInList(text, end, valuePrefix)
    }
  }
}

/** `Kunde:` after a question is the speaker of the answer, no label. */
const isSpeakerName = (text: string, start: number, end: number): boolean =>
  text[end] === ':' && /[?.]\s*\n\s*$/.test(textBefore(text, start, 8))

const listSeparator =
  /^\s?(?:[,&/]|->|→|(?:,? ?)(?:and|or|to|now|new|neu|is now|und|oder|auf|et|ou|y|o|e)(?!\p{L}))\s?/u

/** Where the next value of a list begins: `accounts 33019982 and 33019990`. */
function nextInList(text: string, end: number, valuePrefix: RegExp): number | undefined {
  const [separator] = listSeparator.exec(text.slice(end, end + 12)) ?? []
  if (separator === undefined) return undefined
  const start = valueStart(text, end + separator.length, valuePrefix)
  return start === end + separator.length && /^[^ ]{0,9}\d/.test(text.slice(start)) ? start : undefined
}

/** Where the next number begins, its prefix included. */
function valueStart(text: string, from: number, valuePrefix: RegExp): number | undefined {
  const window = text.slice(from, from + maxDistance)
  const digit = window.search(/\d/)
  return digit < 0 ? undefined : from + (valuePrefix.exec(window.slice(0, digit))?.index ?? digit)
}

const otherSubject = new RegExp(
  `[!?;\\0$€£¥₹]|\\n[^\\n]*\\n|${wordPattern(referenceWords)}|${wordPattern(amountWords)}`,
  'iu',
)
const nextSentence = /\.\s+\p{Lu}\p{Ll}{2,}/u
const answerTurn = new RegExp(`(?:${answerPrefix}|\\?\\s*\\n[\\p{L} ]{1,16}[:>]\\s*[\\p{L}' ]{1,24}[,.…-]{1,3} )$`, 'u')

/** `account=paper, timeout=15000`: the value is that of another name. */
const otherKey = /[\s,;&][\w.-]+=["']?$/

/** Whether a sentence ends or another subject begins between a label and a value. */
function isSeparated(gap: string): boolean {
  const rest = gap.replace(answerTurn, ' ')
  return nextSentence.test(rest) || otherSubject.test(rest) || otherKey.test(rest)
}

/** A label that is an ordinary word, unless it is in capitals, or a word such as number or a value of the kind follows. */
const isOtherWord = (kind: RedactionKind, word: string, next: string): boolean =>
  ambiguousWords.test(word) &&
  !/^\s?(?:(?:card|number|no|nr|n°|nº|id|is)(?!\p{L})|[:#=]| \d(?:[ -]?\d){6})/iu.test(next) &&
  !(kind === 'phone' && /[+(0]\d{2}|\d{9}/.test(next)) &&
  !(kind !== 'phone' && /^ (?:[A-Z]{1,4}[/-]?\d[\d/-]{5}|[XYZxyz]-?\d{7})/.test(next))
