import { keyedDigest } from '#runtime/core/identity.ts'
import { fold } from './engine/fold.ts'
import type { RedactionKind } from './engine/kinds.ts'
import { atSign, atWords, bracketedAt, bracketedDot, dotWords, localPartWords } from './lexicon/address-words.ts'
import type { Pseudonymizer } from './redact.ts'

/** 20 letters out of 6 are 51 bits: two of a million values have the same pseudonym with a probability of .01 %. */
const pseudonymLength = 20

/**
 * Pseudonyms such as `[email:fadcbeeafbdcacfbedaf]`, from the HMAC-SHA-256 of kind and normalised value. All spellings of a value
 * have the same pseudonym, so that joins are possible; without the key nobody can find the value by trial. Letters only, so
 * that no detector takes a pseudonym for a number.
 */
export function createPseudonymizer(key: string): Pseudonymizer {
  return (kind, value) =>
    `[${kind}:${encodeAsLetters(keyedDigest(key, `${kind}\u0000${normaliseValue(kind, value)}`))}]`
}

const encodeAsLetters = (hex: string): string =>
  Array.from(Buffer.from(hex, 'hex').subarray(0, pseudonymLength), byte => 'abcdef'.charAt(byte % 6)).join('')

/** Secrets and wallets are kept as they are; for the other kinds case, blanks and punctuation do not matter. */
function normaliseValue(kind: RedactionKind, value: string): string {
  const { text } = fold(value)
  if (kind === 'secret' || kind === 'wallet') return text
  const lowerCase = text.toLowerCase()
  if (kind === 'email') return normaliseEmail(lowerCase)
  if (kind === 'phone') return normalisePhone(lowerCase)
  return kind === 'ip' ? lowerCase : lowerCase.replace(/[^\p{L}\p{N}]/gu, '')
}

/** Without extension, trunk prefix and exit code. */
const normalisePhone = (text: string): string =>
  text
    .replace(/(?:ext|x).*$/, '')
    .replace(/\(0\)/, '')
    .replace(/^00/, '')
    .replace(/\D/g, '')

const writtenAt = new RegExp(` ?(?:${atSign}|${bracketedAt}| (?:${atWords}) ) ?`, 'g')
const writtenDot = new RegExp(` ?(?:${bracketedDot}| (?:${dotWords}) ) ?`, 'g')
const writtenCharacters = Object.entries(localPartWords).map(
  ([word, character]) => [new RegExp(` ${word} `, 'g'), character] as const,
)

/** Reads the spellings that numbers/email.ts recognises: `jane (at) example dot com`. */
function normaliseEmail(text: string): string {
  const withSigns = text.replace(writtenAt, '@').replace(writtenDot, '.')
  return writtenCharacters
    .reduce((address, [word, character]) => address.replace(word, character), withSigns)
    .replaceAll(' ', '')
}
