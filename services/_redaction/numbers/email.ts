import type { Detector } from '../engine/kinds.ts'
import { findMatches, letter } from '../engine/matching.ts'

/** A local part begins where none of its characters stands before it: each is tried once. */
const localPart = `(?<![${letter}\\p{N}_%+.'-])[${letter}\\p{N}_%+.'-]+`
const domainLabel = '[\\p{L}\\p{N}][\\p{L}\\p{N}-]{0,62}'
const topLevel = `(?:xn--[a-z0-9-]{2,59}|[${letter}]{2,24})`
const atSign = '(?:@|%40|&#64;)'
const plainAddress = new RegExp(
  `(?:${localPart}|(?<![^\\s<(:,;])"[^"\\s@]{1,64}")${atSign}(?:${domainLabel}\\.){1,8}${topLevel}`,
  'gu',
)

const dot = ' ?(?:[([{<] ?(?:dot|punkt|punto|point|ponto|kropka|\\.) ?[)\\]}>]|\\.) ?'
const bracketedAddress = new RegExp(
  `${localPart}(?:${dot}[\\p{L}\\p{N}_-]{1,30}){0,3} ?[([{<] ?(?:at|ät|@|arroba|arobase|chiocciola|małpa|a) ?[)\\]}>] ?(?:${domainLabel}${dot}){1,4}${topLevel}`,
  'giu',
)
const spelledDot = ' (?:dot|punto|punkt|point|ponto|kropka) '
const spelledMark = ' (?:dot|punto|punkt|point|ponto|kropka|underscore|dash|hyphen) '
const spelledAddress = new RegExp(
  `(?:${localPart}${spelledMark}){0,3}${localPart} (?:at|ät|arroba|chiocciola|arobase|małpa|apenstaartje|klammeraffe) (?:${domainLabel}${spelledDot}){1,3}${topLevel}(?![\\p{L}\\p{N}])`,
  'giu',
)
const providers = 'gmail|googlemail|yahoo|hotmail|outlook|icloud|proton|protonmail|aol|gmx|web|live|msn|mail|yandex|qq'
const commonTopLevels = 'com|net|org|eu|co\\.uk|com\\.au|me|ie|de|fr|es|it|nl|pl|pt|ca|in|ru'
const spacedAddress = new RegExp(
  [
    `${localPart} ?(?:@| at ) ?(?:${providers}) ?\\. ?(?:${commonTopLevels})\\b`,
    `${localPart} @ ?(?:${domainLabel}\\.){1,3}(?:${commonTopLevels})\\b`,
    // The provider alone, as people say it.
    `${localPart}@(?:gmail|hotmail|outlook|yahoo|icloud)(?![${letter}\\p{N}_-]|\\.[${letter}])`,
  ].join('|'),
  'giu',
)

/** Addresses for payments in India (UPI). */
const upiAddress =
  /(?<![\w.-])[\w.-]{2,50}@(?:ok(?:axis|icici|hdfcbank|sbi)|ybl|ibl|axl|apl|upi|paytm|pt\w{2,4}|icici|hdfcbank|sbi|axisbank|kotak|fbl|jio|freecharge)(?![\w.-])/g

/** Before what stands between user and host of a URL. */
const urlUserInfo = /[a-z]:\/\/[^\s:@/]{0,80}:$/i

/** E-mail addresses and those of payments, also those written so that machines should not read them. */
export const emails: Detector = function* (text) {
  const hasAtSign = /@|%40|&#64;/.test(text)
  if (hasAtSign) {
    yield* findMatches('account', upiAddress, text)
    yield* findMatches(
      'email',
      plainAddress,
      text,
      (found, at) => !urlUserInfo.test(text.slice(Math.max(0, at - 100), at)) && withoutLeadingPunctuation(found),
    )
  }
  if (/[([{<] ?(?:at|ät|@|arroba|arobase|chiocciola|małpa|a) ?[)\]}>]/i.test(text))
    yield* findMatches('email', bracketedAddress, text, withoutLeadingPunctuation)
  if (/ (?:dot|punto|punkt|point|ponto|kropka) /i.test(text))
    yield* findMatches('email', spelledAddress, text, withoutLeadingPunctuation)
  if (hasAtSign || / at /i.test(text))
    yield* findMatches('email', spacedAddress, text, found =>
      /@|^\S*[._\d]/.test(found) ? withoutLeadingPunctuation(found) : undefined,
    )
}

/** A quotation mark or dash before an address is none of it. */
const withoutLeadingPunctuation = (found: string) => ({
  from: /^[.'%+-]*/.exec(found)?.[0].length ?? 0,
  to: found.length,
})
