import type { Detector } from '../engine/kinds.ts'
import { findMatches, textBefore } from '../engine/matching.ts'
import { stopWords } from '../lexicon/common-words.ts'

const hint =
  /(?:seed|recovery|backup|mnemonic|secret|wiederherstellungs|récupération|recuperaci[oó]n|recupero)[\w -]{0,12}(?:phrase|words?|seed|code|key|wörter|mots|palabras|parole)|(?:seed|phrase|mnemonic|wallet)\b/i
/** Words before a seed phrase that do not belong to it. */
const introductoryWords =
  'seed|recovery|backup|secret|mnemonic|phrase|phrases|word|words|wallet|typed|entered|wrote|pasted|here'
const separator = '(?:\\s{0,2},)?\\s{1,2}(?:\\d{1,2}[.):]?\\s{0,2})?'
const seedPhrase = new RegExp(
  `(?<![\\p{L}\\p{N}'])(?!(?:${stopWords}|${introductoryWords})\\b)[a-z]{3,8}(?:${separator}(?!(?:${stopWords})\\b)[a-z]{3,8}){11,24}(?![\\p{L}\\p{N}'])`,
  'gu',
)
const appHint =
  /app[\w-]{0,14}[ -](?:specific )?(?:pass|pw|pwd|kennwort)|authenticator|2fa|totp|two[- ]factor|mfa|authy|google auth|auth key|setup key|backup key|secret key/i
/** App passwords of Google and Apple, and keys of authenticators, as they are displayed. */
const groupsOfFour =
  /(?<![\p{L}\p{N}-])(?:(?:[a-z2-7]{4}[ -]){3,15}[a-z2-7]{4}|(?:[A-Z2-7]{4}[ -]){3,15}[A-Z2-7]{4})(?![\p{L}\p{N}-])/gu

/** A key of an authenticator in one piece (base 32, RFC 4648). */
const base32 = /(?<![\w/+=-])(?=[A-Z]{0,31}[2-7])[A-Z2-7]{16}(?:[A-Z2-7]{16})?(?![\w/+=-])/g
const appPasswordLabel = /app[\w -]{0,16}(?:pass|pw)\w{0,8}["': =]{1,4}(?:(?:is|was|here) ?:? ?)?["']?$/i

/** Secrets of several words or groups: the seed phrase of a wallet, an app password in groups of four letters. */
export const passphrases: Detector = function* (text) {
  if (hint.test(text)) yield* findMatches('secret', seedPhrase, text)
  if (!appHint.test(text)) return
  yield* findMatches('secret', base32, text)
  yield* findMatches(
    'secret',
    groupsOfFour,
    text,
    (found, start) => isMixed(found) || appPasswordLabel.test(textBefore(text, start, 40)),
  )
}

/** Whether one of the groups cannot be a word. */
const isMixed = (found: string): boolean =>
  found.split(/[ -]/).some(group => /^[^aeiouy\d]{4}$/i.test(group) || (/\d/.test(group) && /[a-z]/i.test(group)))
