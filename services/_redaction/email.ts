import type { Detector } from './kinds.ts'
import { find, letter } from './matching.ts'

/** A local part begins where none of its characters stands before it: each is tried once. */
const local = `(?<![${letter}\\p{N}_%+.'-])[${letter}\\p{N}_%+.'-]+`
const label = '[\\p{L}\\p{N}][\\p{L}\\p{N}-]{0,62}'
const topLevel = `(?:xn--[a-z0-9-]{2,59}|[${letter}]{2,24})`
const at = '(?:@|%40|&#64;)'
const plain = new RegExp(`(?:${local}|(?<![^\\s<(:,;])"[^"\\s@]{1,64}")${at}(?:${label}\\.){1,8}${topLevel}`, 'gu')

const dot = ' ?(?:[([{<] ?(?:dot|punkt|punto|point|ponto|kropka|\\.) ?[)\\]}>]|\\.) ?'
const bracketed = new RegExp(
  `${local}(?:${dot}[\\p{L}\\p{N}_-]{1,30}){0,3} ?[([{<] ?(?:at|ät|@|arroba|arobase|chiocciola|małpa|a) ?[)\\]}>] ?(?:${label}${dot}){1,4}${topLevel}`,
  'giu',
)
const spelledDot = ' (?:dot|punto|punkt|point|ponto|kropka) '
const spelledMark = ' (?:dot|punto|punkt|point|ponto|kropka|underscore|dash|hyphen) '
const spelled = new RegExp(
  `(?:${local}${spelledMark}){0,3}${local} (?:at|ät|arroba|chiocciola|arobase|małpa|apenstaartje|klammeraffe) (?:${label}${spelledDot}){1,3}${topLevel}(?![\\p{L}\\p{N}])`,
  'giu',
)
const providers = 'gmail|googlemail|yahoo|hotmail|outlook|icloud|proton|protonmail|aol|gmx|web|live|msn|mail|yandex|qq'
const common = 'com|net|org|eu|co\\.uk|com\\.au|me|ie|de|fr|es|it|nl|pl|pt|ca|in|ru'
const spaced = new RegExp(
  [
    `${local} ?(?:@| at ) ?(?:${providers}) ?\\. ?(?:${common})\\b`,
    `${local} @ ?(?:${label}\\.){1,3}(?:${common})\\b`,
    // The provider alone, as people say it.
    `${local}@(?:gmail|hotmail|outlook|yahoo|icloud)(?![${letter}\\p{N}_-]|\\.[${letter}])`,
  ].join('|'),
  'giu',
)

/** Addresses for payments in India (UPI). */
const payment =
  /(?<![\w.-])[\w.-]{2,50}@(?:ok(?:axis|icici|hdfcbank|sbi)|ybl|ibl|axl|apl|upi|paytm|pt\w{2,4}|icici|hdfcbank|sbi|axisbank|kotak|fbl|jio|freecharge)(?![\w.-])/g

/** Before what stands between user and host of a URL. */
const isPassword = /[a-z]:\/\/[^\s:@/]{0,80}:$/i

/** E-mail addresses and those of payments, also those written so that machines should not read them. */
export const emails: Detector = function* (text) {
  const marked = /@|%40|&#64;/.test(text)
  if (marked) {
    yield* find('account', payment, text)
    yield* find(
      'email',
      plain,
      text,
      (found, at) => !isPassword.test(text.slice(Math.max(0, at - 100), at)) && leadingMarks(found),
    )
  }
  if (/[([{<] ?(?:at|ät|@|arroba|arobase|chiocciola|małpa|a) ?[)\]}>]/i.test(text))
    yield* find('email', bracketed, text, leadingMarks)
  if (/ (?:dot|punto|punkt|point|ponto|kropka) /i.test(text)) yield* find('email', spelled, text, leadingMarks)
  if (marked || / at /i.test(text))
    yield* find('email', spaced, text, found => (/@|^\S*[._\d]/.test(found) ? leadingMarks(found) : undefined))
}

/** A quotation mark or dash before an address is none of it. */
const leadingMarks = (found: string) => ({ from: /^[.'%+-]*/.exec(found)?.[0].length ?? 0, to: found.length })
