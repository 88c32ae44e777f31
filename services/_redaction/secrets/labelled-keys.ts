import { isAfterDigestWord, isAfterReferenceWord } from '../engine/context.ts'
import type { Detector } from '../engine/kinds.ts'
import { findValueGroups, textBefore } from '../engine/matching.ts'
import { alternatives, wordEnd, wordStart } from '../lexicon/pattern.ts'
import { foreignKeyWords, keyQualifiers, keyWords, nonSecretKeys } from '../lexicon/secret-words.ts'
import { isCompoundName, isLettersAndDigits } from './shapes.ts'

const notAfterNonSecret = `(?<!(?:${alternatives(nonSecretKeys)})[ _-])`
const keyLinks = '(?:[ :=>_-]|(?:is|was|ist|est|es|to|è|é|of|id|sid|bearer|basic|hex|value)(?![A-Za-z0-9])){0,6}'
const labelledKey = new RegExp(
  `${wordStart}${notAfterNonSecret}(?:(?:${alternatives(keyQualifiers)})[ _-]?){0,3}(?:${alternatives(keyWords)})${wordEnd}(?:'s)?["'\`]?${keyLinks}["'\`]?(?<value>[A-Za-z0-9+/_=.~-]{12,2000})`,
  'giu',
)

/** Further from its word, or before it, a key must look like nothing else: hexadecimal, a UUID, base 32 or 64. */
const keyShape =
  '(?:[0-9a-f]{32,128}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Z2-7]{16,64}|(?=[\\w+/-]{0,30}[a-z])(?=[\\w+/-]{0,30}[A-Z])(?=[\\w+/-]{0,30}\\d)[\\w+/-]{20,128})'
const keyWord = `(?:${alternatives(keyQualifiers)}|backup|setup|recovery)?[ _-]?(?:keys?|tokens?|secrets?|credentials?|apikey|${alternatives(foreignKeyWords)})`
const distantKey = new RegExp(
  `${wordStart}${notAfterNonSecret}${keyWord}${wordEnd}(?<gap>[^\\n.;!?\\0]{0,48}?(?:[:=>(]|'s|${wordStart}(?:is|was|are|ist|war|est|es|è|é|jest|to|är|er))["'\`]?\\s{1,2}["'\`]?)(?<value>${keyShape})(?![\\w+/-])`,
  'gu',
)
const keyBeforeWord = new RegExp(
  `(?<![\\w+/=.-])(?<value>${keyShape})(?=["'\`]?[^\\n.;!?\\0]{1,32}?${wordStart}${keyWord}${wordEnd})`,
  'gu',
)
/** Identifiers and digests, which look like keys. */
const otherIdLabel =
  /hash|digest|checksum|sha|md5|fingerprint|commit|checkout|revision|revert|merge|order|trade|uuid|request|trace|correlation|session 0x|id$/i

const hint = new RegExp(`${alternatives(keyWords)}|${alternatives(foreignKeyWords)}`, 'iu')
/** No key is shorter. Most texts have no such word, and need not be searched for the words. */
const keyLength = /[A-Za-z0-9+/_=.~-]{12}/

/** Keys and tokens near a word for one. */
export const labelledKeys: Detector = function* (text) {
  if (!hint.test(text) || !keyLength.test(text)) return
  yield* findValueGroups('secret', labelledKey, text, isLabelledKey)
  yield* findValueGroups(
    'secret',
    distantKey,
    text,
    (value, found, start) =>
      isLettersAndDigits(value) &&
      !otherIdLabel.test(found.slice(0, -value.length).trim()) &&
      !isAfterReferenceWord(text, start) &&
      !isAfterDigestWord(text, start),
  )
  yield* findValueGroups(
    'secret',
    keyBeforeWord,
    text,
    (value, _found, start) =>
      isLettersAndDigits(value) && !otherIdLabel.test(textBefore(text, start, 24)) && !isAfterDigestWord(text, start),
  )
}

/** A short one needs both cases. Names made of words and numbers are no keys. */
function isLabelledKey(value: string): boolean {
  if (!isLettersAndDigits(value)) return false
  return value.length < 16 ? /[a-z]/.test(value) && /[A-Z]/.test(value) : !isCompoundName(value)
}
