import type { Detector } from '../engine/kinds.ts'
import { findMatches } from '../engine/matching.ts'

const hint =
  /(?:seed|recovery|backup|mnemonic|secret|wiederherstellungs|récupération|recuperaci[oó]n|recupero)[\w -]{0,12}(?:phrase|words?|seed|code|key|wörter|mots|palabras|parole)|(?:seed|phrase|mnemonic|wallet)\b/i
/** No list of words for wallets (BIP 39) has them, and no sentence goes on for long without them. */
export const stopWords =
  'the|and|was|are|for|but|not|its|has|had|have|were|been|your|you|can|could|would|should|they|them|these|those|what|why|how|who|did|does|from|with|that|this|which|when|there|here|then'
/** What is said before them. */
const introductoryWords =
  'seed|recovery|backup|secret|mnemonic|phrase|phrases|word|words|wallet|typed|entered|wrote|pasted|here'
const separator = '(?:\\s{0,2},)?\\s{1,2}(?:\\d{1,2}[.):]?\\s{0,2})?'
const seedPhrase = new RegExp(
  `(?<![\\p{L}\\p{N}'])(?!(?:${stopWords}|${introductoryWords})\\b)[a-z]{3,8}(?:${separator}(?!(?:${stopWords})\\b)[a-z]{3,8}){11,24}(?![\\p{L}\\p{N}'])`,
  'gu',
)
const appHint =
  /app[\w-]{0,14}[ -](?:specific )?(?:pass|pw|pwd|kennwort)|authenticator|2fa|totp|two[- ]factor|mfa|authy|google auth|auth key|setup key|backup key|secret key/i
/** As Google and Apple write passwords for apps, and authenticators their keys. */
const groupsOfFour =
  /(?<![\p{L}\p{N}-])(?:(?:[a-z2-7]{4}[ -]){3,15}[a-z2-7]{4}|(?:[A-Z2-7]{4}[ -]){3,15}[A-Z2-7]{4})(?![\p{L}\p{N}-])/gu

/** The same in one piece (RFC 4648). */
const base32 = /(?<![\w/+=-])(?=[A-Z]{0,31}[2-7])[A-Z2-7]{16}(?:[A-Z2-7]{16})?(?![\w/+=-])/g
const appPasswordLabel = /app[\w -]{0,16}(?:pass|pw)\w{0,8}["': =]{1,4}(?:(?:is|was|here) ?:? ?)?["']?$/i

/** Secrets that are written as a row of words: a wallet's phrase, a password in groups of four letters. */
export const passphrases: Detector = function* (text) {
  if (hint.test(text)) yield* findMatches('secret', seedPhrase, text)
  if (!appHint.test(text)) return
  yield* findMatches('secret', base32, text)
  yield* findMatches(
    'secret',
    groupsOfFour,
    text,
    (found, at) => isMixed(found) || appPasswordLabel.test(text.slice(Math.max(0, at - 40), at)),
  )
}

/** One of its groups is no word. */
const isMixed = (found: string): boolean =>
  found.split(/[ -]/).some(group => /^[^aeiouy\d]{4}$/i.test(group) || (/\d/.test(group) && /[a-z]/i.test(group)))
