import type { Detector, RedactionKind } from '../engine/kinds.ts'
import { allMatches, answerPrefix } from '../engine/matching.ts'
import * as words from '../lexicon/words.ts'
import { accountEnd, bankCodeEnd, documentEnd, idEnd, phoneEnd, type ValueEndFinder } from './value-end.ts'

/** What words say of the value after them. */
type LabelledKind = {
  readonly kind: RedactionKind
  readonly pattern: string
  /** Most characters between the word and the value. */
  readonly maxGap: number
  /** What may come before the first digit of the value and belongs to it. */
  readonly valuePrefix: RegExp
  readonly endOf: ValueEndFinder
}

const letterPrefix =
  /(?<![\p{L}\p{N}])(?:[A-Za-z]{1,8}[-/]?|[A-HJ-Z] |(?!NO|NR|ID|IS)[A-Z]{2,3} |[A-Z]{1,5}-[A-Z]{1,5}-?)$/u
const openingMarks = /[+(]{1,3}$/

const labelledKind = (
  kind: RedactionKind,
  announced: Parameters<typeof words.wordPattern>[0],
  maxGap: number,
  endOf: ValueEndFinder,
): LabelledKind => ({
  ...{
    kind,
    maxGap,
    endOf,
    pattern: words.wordPattern(announced),
    valuePrefix: kind === 'phone' ? openingMarks : letterPrefix,
  },
})
const labelledKinds: readonly LabelledKind[] = [
  labelledKind('document', words.documentWords, 30, documentEnd),
  labelledKind('national-id', words.nationalIdWords, 26, idEnd),
  labelledKind('account', words.bankCodeWords, 16, bankCodeEnd),
  labelledKind('account', words.accountWords, 26, accountEnd),
  labelledKind('phone', words.phoneWords, 32, phoneEnd),
]
/** `Mi número` says nothing where `de cliente` follows. */
const otherPossessor = "(?<=n[uú]m[ée]ro(?= (?:de|d'|di|da|do|client|fiscal)))"
const labelPattern = new RegExp(
  labelledKinds
    .map(({ kind, pattern }) => (kind === 'phone' ? `((?:${pattern})(?!${otherPossessor}))` : `(${pattern})`))
    .join('|'),
  'gu',
)
const maxDistance = 40
/** No value has fewer digits. */
const twoDigits = /\d[\dA-Za-z ./()-]{0,4}\d/

/** Account, identity, document and phone numbers that a word announces: the word nearest before a value says what it is. */
export const labelledNumbers: Detector = function* (text) {
  if (!twoDigits.test(text)) return
  const labels = [...allMatches(labelPattern, text.toLowerCase())].filter(
    ({ 0: { length }, index }) => !isSpeakerName(text, index, index + length),
  )
  for (const [index, match] of labels.entries()) {
    const found = labelledKinds[match.slice(1).findIndex(group => group !== undefined)]
    if (found === undefined) continue
    const { kind, valuePrefix, maxGap, endOf } = found
    const from = match.index + match[0].length
    const start = valueStart(text, from, valuePrefix)
    if (start === undefined || start > from + maxGap || start > (labels[index + 1]?.index ?? start)) continue
    const gap = text.slice(from, start)
    if (isSeparated(gap) || isAmbiguousWord(kind, text.slice(match.index, from), text.slice(from, start + 16))) continue
    for (let at: number | undefined = start; at !== undefined; ) {
      const end = endOf(text, at, gap)
      if (end === undefined) break
      yield { kind, start: at, end }
      at = nextInList(text, end, valuePrefix)
    }
  }
}

/** `Kunde:` after a question is who answers, no label. */
const isSpeakerName = (text: string, start: number, end: number): boolean =>
  text[end] === ':' && /[?.]\s*\n\s*$/.test(text.slice(Math.max(0, start - 8), start))

const listSeparator =
  /^\s?(?:[,&/]|->|→|(?:,? ?)(?:and|or|to|now|new|neu|is now|und|oder|auf|et|ou|y|o|e)(?!\p{L}))\s?/u

/** Where the next of several values begins: `accounts 33019982 and 33019990`. */
function nextInList(text: string, end: number, lead: RegExp): number | undefined {
  const [link] = listSeparator.exec(text.slice(end, end + 12)) ?? []
  if (link === undefined) return undefined
  const start = valueStart(text, end + link.length, lead)
  return start === end + link.length && /^[^ ]{0,9}\d/.test(text.slice(start)) ? start : undefined
}

/** Where the next number begins, with what belongs to it. */
function valueStart(text: string, from: number, lead: RegExp): number | undefined {
  const window = text.slice(from, from + maxDistance)
  const digit = window.search(/\d/)
  return digit < 0 ? undefined : from + (lead.exec(window.slice(0, digit))?.index ?? digit)
}

const otherSubject = new RegExp(
  `[!?;\\0$€£¥₹]|\\n[^\\n]*\\n|${words.wordPattern(words.referenceWords)}|${words.wordPattern(words.amountWords)}`,
  'iu',
)
const nextSentence = /\.\s+\p{Lu}\p{Ll}{2,}/u
const answerTurn = new RegExp(`(?:${answerPrefix}|\\?\\s*\\n[\\p{L} ]{1,16}[:>]\\s*[\\p{L}' ]{1,24}[,.…-]{1,3} )$`, 'u')

/** `account=paper, timeout=15000`: what is told is of another name. */
const otherKey = /[\s,;&][\w.-]+=["']?$/

/** Whether a sentence or another subject stands between a word and a value. */
function isSeparated(gap: string): boolean {
  const asked = gap.replace(answerTurn, ' ')
  return nextSentence.test(asked) || otherSubject.test(asked) || otherKey.test(asked)
}

/** A short word that is another one, unless it is in capitals, or what follows makes a name of it or is a phone number. */
const isAmbiguousWord = (kind: RedactionKind, word: string, next: string): boolean =>
  words.ambiguousWords.test(word) &&
  !/^\s?(?:(?:card|number|no|nr|n°|nº|id|is)(?!\p{L})|[:#=]| \d(?:[ -]?\d){6})/iu.test(next) &&
  !(kind === 'phone' && /[+(0]\d{2}|\d{9}/.test(next)) &&
  !(kind !== 'phone' && /^ (?:[A-Z]{1,4}[/-]?\d[\d/-]{5}|[XYZxyz]-?\d{7})/.test(next))
