import { letter } from '../engine/context.ts'
import type { Detector } from '../engine/kinds.ts'
import { findMatches, textBefore } from '../engine/matching.ts'
import { atSign, atWords, bracketedAt, bracketedDot, dotWords, localPartWords } from '../lexicon/address-words.ts'

/** A local part begins where none of its characters is before it, so that each is tried once. */
const localPart = `(?<![${letter}\\p{N}_%+.'-])[${letter}\\p{N}_%+.'-]+`
const domainLabel = '[\\p{L}\\p{N}][\\p{L}\\p{N}-]{0,62}'
const topLevel = `(?:xn--[a-z0-9-]{2,59}|[${letter}]{2,24})`
const plainAddress = new RegExp(
  `(?:${localPart}|(?<![^\\s<(:,;])"[^"\\s@]{1,64}")${atSign}(?:${domainLabel}\\.){1,8}${topLevel}`,
  'gu',
)

const writtenDot = `(?: ?${bracketedDot} ?| (?:${dotWords}) )`
const hasSpelledDot = new RegExp(` (?:${dotWords}) `, 'i')
const hasBracketedDot = new RegExp(bracketedDot, 'i')
const hasBracketedAt = new RegExp(bracketedAt, 'i')
const localDot = ` ?(?:${bracketedDot}|\\.) ?`
const bracketedAddress = new RegExp(
  `${localPart}(?:${localDot}[\\p{L}\\p{N}_-]{1,30}){0,3} ?${bracketedAt} ?(?:${domainLabel}(?:${writtenDot}| ?\\. ?)){1,4}${topLevel}`,
  'giu',
)
const spelledCharacter = ` (?:${dotWords}|${Object.keys(localPartWords).join('|')}) `
const spelledAddress = new RegExp(
  `(?:${localPart}${spelledCharacter}){0,3}${localPart} (?:${atWords}) (?:${domainLabel}${writtenDot}){1,3}${topLevel}(?![\\p{L}\\p{N}])`,
  'giu',
)
const providers = 'gmail|googlemail|yahoo|hotmail|outlook|icloud|proton|protonmail|aol|gmx|web|live|msn|mail|yandex|qq'
const commonTopLevels = 'com|net|org|eu|co\\.uk|com\\.au|me|ie|de|fr|es|it|nl|pl|pt|ca|in|ru'
const spacedAddress = new RegExp(
  [
    `${localPart} ?(?:@| at ) ?(?:${providers}) ?\\. ?(?:${commonTopLevels})\\b`,
    `${localPart} @ ?(?:${domainLabel}\\.){1,3}(?:${commonTopLevels})\\b`,
    // The provider alone: `jane@gmail`.
    `${localPart}@(?:gmail|hotmail|outlook|yahoo|icloud)(?![${letter}\\p{N}_-]|\\.[${letter}])`,
  ].join('|'),
  'giu',
)

/** Payment addresses of India (UPI). */
const upiAddress =
  /(?<![\w.-])[\w.-]{2,50}@(?:ok(?:axis|icici|hdfcbank|sbi)|ybl|ibl|axl|apl|upi|paytm|pt\w{2,4}|icici|hdfcbank|sbi|axisbank|kotak|fbl|jio|freecharge)(?![\w.-])/g

/** The user of a URL and the colon before its password: what follows up to @ is a secret, no address. */
const urlUserInfo = /[a-z]:\/\/[^\s:@/]{0,80}:$/i

/** E-mail addresses, also those written so that machines should not read them, and payment addresses. */
export const emails: Detector = function* (text) {
  const hasAtSign = /@|%40|&#64;/.test(text)
  if (hasAtSign) {
    yield* findMatches('account', upiAddress, text)
    yield* findMatches(
      'email',
      plainAddress,
      text,
      (found, start) => !urlUserInfo.test(textBefore(text, start, 100)) && withoutLeadingPunctuation(found),
    )
  }
  const hasBracket = /[([{<]/.test(text)
  if (hasBracket && hasBracketedAt.test(text))
    yield* findMatches('email', bracketedAddress, text, withoutLeadingPunctuation)
  if (hasSpelledDot.test(text) || (hasBracket && hasBracketedDot.test(text)))
    yield* findMatches('email', spelledAddress, text, withoutLeadingPunctuation)
  if (hasAtSign || / at /i.test(text))
    yield* findMatches(
      'email',
      spacedAddress,
      text,
      found => /@|^\S*[._\d]/.test(found) && withoutLeadingPunctuation(found),
    )
}

/** A quotation mark or dash before an address does not belong to it. */
const withoutLeadingPunctuation = (found: string) => ({ from: found.search(/[^.'%+-]/), to: found.length })
