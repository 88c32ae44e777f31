import { keyedDigest } from '#runtime/core/identity.ts'
import { fold } from './engine/fold.ts'
import type { RedactionKind } from './engine/kinds.ts'
import type { Pseudonymizer } from './redact.ts'

/** Of 6 letters 20 are 51 bits. */
const pseudonymLength = 20

/**
 * Pseudonyms under a key: `[email:fadcbeeafbdcacfbedaf]`, from the HMAC-SHA-256 over kind and normalised value. However a value
 * is written it gets the same one, so that joins survive; without the key nobody can try values out. There are letters only,
 * lest something takes a pseudonym for a number. Two of a million values share one with a probability of .01 %.
 */
export function createPseudonymizer(key: string): Pseudonymizer {
  return (kind, value) =>
    `[${kind}:${encodeAsLetters(keyedDigest(key, `${kind}\u0000${normaliseValue(kind, value)}`))}]`
}

const encodeAsLetters = (hex: string): string =>
  Array.from(Buffer.from(hex, 'hex').subarray(0, pseudonymLength), byte => 'abcdef'.charAt(byte % 6)).join('')

/** Secrets are as they are; addresses have no case; of all else blanks and marks are writing. */
function normaliseValue(kind: RedactionKind, value: string): string {
  const { text } = fold(value)
  if (kind === 'secret' || kind === 'wallet') return text
  const small = text.toLowerCase()
  if (kind === 'email') return normaliseEmail(small)
  if (kind === 'phone')
    return small
      .replace(/(?:ext|x).*$/, '')
      .replace(/\(0\)/, '')
      .replace(/^00/, '')
      .replace(/\D/g, '')
  return kind === 'ip' ? small : small.replace(/[^\p{L}\p{N}]/gu, '')
}

const normaliseEmail = (text: string): string =>
  text
    .replace(/ ?(?:[([{<] ?(?:at|ät|arroba|a|@) ?[)\]}>]|%40|&#64;| (?:at|arroba|chiocciola|arobase) ) ?/g, '@')
    .replace(/ ?(?:[([{<] ?(?:dot|punkt|punto|point|\.) ?[)\]}>]| (?:dot|punto|punkt|point|ponto) ) ?/g, '.')
    .replaceAll(' ', '')
