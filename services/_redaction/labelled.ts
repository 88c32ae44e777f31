import type { Detector, Kind } from './kinds.ts'
import { answer, matches } from './matching.ts'
import { accountEnd, bankCodeEnd, documentEnd, type EndOf, idEnd, phoneEnd } from './values.ts'
import * as words from './words.ts'

/** What words say of the value after them. */
type Family = {
  readonly kind: Kind
  readonly pattern: string
  /** Most characters between the word and the value. */
  readonly reach: number
  /** What may come before the first digit of the value and belongs to it. */
  readonly lead: RegExp
  readonly endOf: EndOf
}

const letters = /(?<![\p{L}\p{N}])(?:[A-Za-z]{1,8}[-/]?|[A-HJ-Z] |(?!NO|NR|ID|IS)[A-Z]{2,3} |[A-Z]{1,5}-[A-Z]{1,5}-?)$/u
const openings = /[+(]{1,3}$/

const family = (kind: Kind, announced: Parameters<typeof words.pattern>[0], reach: number, endOf: EndOf): Family => ({
  ...{ kind, reach, endOf, pattern: words.pattern(announced), lead: kind === 'phone' ? openings : letters },
})
const families: readonly Family[] = [
  family('document', words.document, 30, documentEnd),
  family('national-id', words.nationalId, 26, idEnd),
  family('account', words.bankCode, 16, bankCodeEnd),
  family('account', words.account, 26, accountEnd),
  family('phone', words.phone, 32, phoneEnd),
]
/** `Mi número` says nothing where `de cliente` follows. */
const ofOther = "(?<=n[uú]m[ée]ro(?= (?:de|d'|di|da|do|client|fiscal)))"
const label = new RegExp(
  families.map(({ kind, pattern }) => (kind === 'phone' ? `((?:${pattern})(?!${ofOther}))` : `(${pattern})`)).join('|'),
  'gu',
)
const farthest = 40
/** No value has fewer digits. */
const twoDigits = /\d[\dA-Za-z ./()-]{0,4}\d/

/** Account, identity, document and phone numbers that a word announces: the word nearest before a value says what it is. */
export const labelled: Detector = function* (text) {
  if (!twoDigits.test(text)) return
  const labels = [...matches(label, text.toLowerCase())].filter(
    ({ 0: { length }, index }) => !isSpeaker(text, index, index + length),
  )
  for (const [index, match] of labels.entries()) {
    const found = families[match.slice(1).findIndex(group => group !== undefined)]
    if (found === undefined) continue
    const { kind, lead, reach, endOf } = found
    const from = match.index + match[0].length
    const start = valueStart(text, from, lead)
    if (start === undefined || start > from + reach || start > (labels[index + 1]?.index ?? start)) continue
    const gap = text.slice(from, start)
    if (isApart(gap) || isOtherWord(kind, text.slice(match.index, from), text.slice(from, start + 16))) continue
    for (let at: number | undefined = start; at !== undefined; ) {
      const end = endOf(text, at, gap)
      if (end === undefined) break
      yield { kind, start: at, end }
      at = nextInList(text, end, lead)
    }
  }
}

/** `Kunde:` after a question is who answers, no label. */
const isSpeaker = (text: string, start: number, end: number): boolean =>
  text[end] === ':' && /[?.]\s*\n\s*$/.test(text.slice(Math.max(0, start - 8), start))

const listed = /^\s?(?:[,&/]|->|→|(?:,? ?)(?:and|or|to|now|new|neu|is now|und|oder|auf|et|ou|y|o|e)(?!\p{L}))\s?/u

/** Where the next of several values begins: `accounts 33019982 and 33019990`. */
function nextInList(text: string, end: number, lead: RegExp): number | undefined {
  const [link] = listed.exec(text.slice(end, end + 12)) ?? []
  if (link === undefined) return undefined
  const start = valueStart(text, end + link.length, lead)
  return start === end + link.length && /^[^ ]{0,9}\d/.test(text.slice(start)) ? start : undefined
}

/** Where the next number begins, with what belongs to it. */
function valueStart(text: string, from: number, lead: RegExp): number | undefined {
  const window = text.slice(from, from + farthest)
  const digit = window.search(/\d/)
  return digit < 0 ? undefined : from + (lead.exec(window.slice(0, digit))?.index ?? digit)
}

const otherSubject = new RegExp(
  `[!?;\\0$€£¥₹]|\\n[^\\n]*\\n|${words.pattern(words.thing)}|${words.pattern(words.apart)}`,
  'iu',
)
const nextSentence = /\.\s+\p{Lu}\p{Ll}{2,}/u
const answered = new RegExp(`(?:${answer}|\\?\\s*\\n[\\p{L} ]{1,16}[:>]\\s*[\\p{L}' ]{1,24}[,.…-]{1,3} )$`, 'u')

/** `account=paper, timeout=15000`: what is told is of another name. */
const otherName = /[\s,;&][\w.-]+=["']?$/

/** Whether a sentence or another subject stands between a word and a value. */
function isApart(gap: string): boolean {
  const asked = gap.replace(answered, ' ')
  return nextSentence.test(asked) || otherSubject.test(asked) || otherName.test(asked)
}

/** A short word that is another one, unless it is in capitals, or what follows makes a name of it or is a phone number. */
const isOtherWord = (kind: Kind, word: string, next: string): boolean =>
  words.ambiguous.test(word) &&
  !/^\s?(?:(?:card|number|no|nr|n°|nº|id|is)(?!\p{L})|[:#=]| \d(?:[ -]?\d){6})/iu.test(next) &&
  !(kind === 'phone' && /[+(0]\d{2}|\d{9}/.test(next)) &&
  !(kind !== 'phone' && /^ (?:[A-Z]{1,4}[/-]?\d[\d/-]{5}|[XYZxyz]-?\d{7})/.test(next))
