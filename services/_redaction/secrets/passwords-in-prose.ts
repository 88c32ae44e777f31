import type { Detector } from '../engine/kinds.ts'
import { allMatches, isAfterReferenceWord } from '../engine/matching.ts'
import { referenceWords, wordPattern } from '../lexicon/words.ts'
import { mentionsPassword, passwordWord } from './labelled-passwords.ts'

const maxDistance = { before: 110, after: 60 }
const passwordWordPattern = new RegExp(passwordWord, 'giu')
const candidate = /(?<![^\s"'`(:=>])[\p{L}\d][\p{L}\d!@#$%^&*?+~_.-]{5,39}(?![^\s"'`),;:.!?…<])/gu
/** Names of software, devices, forms and months, files, and words with a number. */
const knownName = new RegExp(
  `^(?:${wordPattern(referenceWords)}|(?:windows|win|android|iphone|ipad|ios|macos|chrome|firefox|safari|edge|galaxy|pixel|sha|utf|tls|ssl|covid|http|https|oauth|python|node|java|ipv|form|level|step|tier|type|page|error|err|code|day|week|year|phase|mid|pre|post|since|until|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\\p{L}{0,7}[-_ .]?\\d)`,
  'iu',
)
const fileExtension = /\.(?:\p{L}{2,4}|mp[34]|p12|7z)$/u
const userNameLabel =
  /(?:user(?:\s?names?|\s?id|s)?|log-?ins?|handle|nick(?:name)?|benutzer(?:name)?|usuario|utente|utilisateur|identifiant|gebruikersnaam|användarnamn|as|@)["']?[:= ]{1,3}(?:is |was |ist )?["']?$/i
/** `jane@example.com / hunter2` */
const emailAndPassword =
  /(?<=[\w.+-]{1,64}@[\w-]{1,60}(?:\.[\w-]{2,30}){1,3} ?(?:[/|:]|-{1,2}|pw|and|with) ?)[^\s"'`<>@=;,&\0]{6,64}(?![=;,&])/g

/** Words that somebody chose as a password, in a sentence about one: nobody else writes figures, marks and letters so. */
export const passwordsInProse: Detector = function* (text) {
  if (text.includes('@'))
    for (const { 0: found, index: start } of allMatches(emailAndPassword, text)) {
      const value = withoutPunctuation(found)
      if (/\d/.test(value) && /\p{L}{3}/u.test(value)) yield { kind: 'secret', start, end: start + value.length }
    }
  if (!mentionsPassword(text)) return
  const words = Array.from(allMatches(passwordWordPattern, text), ({ 0: { length }, index }) => ({
    start: index,
    end: index + length,
  }))
  let next = 0
  for (const { 0: found, index: start } of allMatches(candidate, text)) {
    const value = withoutPunctuation(found)
    const end = start + value.length
    while (next < words.length - 1 && (words[next + 1]?.start ?? 0) < start) next++
    const near = [words[next], words[next + 1]].some(
      at =>
        at &&
        (start >= at.end
          ? start - at.end <= maxDistance.before
          : at.start >= end && at.start - end <= maxDistance.after),
    )
    if (
      !near ||
      !(isMixedWord(value) || isGenerated(value) || isWordWithNumber(value, text, start)) ||
      isAfterReferenceWord(text, start) ||
      userNameLabel.test(text.slice(Math.max(0, start - 30), start))
    )
      continue
    yield { kind: 'secret', start, end }
  }
}

/** A word with a number after it is one only where the sentence says so. */
const assignmentBefore =
  /(?:^|[\s"'])(?:is|its|it's|was|were|to|from|ist|war|jetzt|zu|auf|est|était|es|era|fue|è|é|foi|to|było|är|var|er|on|oli|->|→)\s["']?$|[=:]\s?["']?$/iu
const isWordWithNumber = (value: string, text: string, start: number): boolean =>
  /^\p{Ll}{4,}\d{2,4}$/u.test(value) &&
  !knownName.test(value) &&
  assignmentBefore.test(text.slice(Math.max(0, start - 12), start))

const withoutPunctuation = (found: string): string => found.replace(/[.,;:?)…-]+$/, '')

/** As programs make them: capitals, small letters and figures in groups, no group of which is a word or a number. */
const isGenerated = (value: string): boolean =>
  /^[A-Za-z\d]{3,8}(?:[-_.][A-Za-z\d]{3,8}){1,5}$/.test(value) &&
  !knownName.test(value) &&
  value.split(/[-_.]/).every(group => !/^(?:\d+|\p{Lu}?\p{Ll}+|\p{Lu}+)$/u.test(group)) &&
  [/\d/, /[a-z]/, /[A-Z]/].every(set => set.test(value))

/** A word, and figures or marks that do not belong to it. */
function isMixedWord(value: string): boolean {
  if (
    knownName.test(value) ||
    fileExtension.test(value) ||
    /^[\da-f-]+$|(?:^|-)(?:sha|aes|rsa|utf|iso|tls)-?\d/i.test(value) ||
    !/\p{Ll}{3}/u.test(value)
  )
    return false
  if (value.length < 6 || !/\p{L}.*\p{L}.*\p{L}.*\p{L}/u.test(value)) return false
  if (!/\d/.test(value)) return /\p{L}[!@#$%^&*+~]\p{L}/u.test(value) || /\p{Ll}\p{Lu}\p{Ll}+[!?*#$]/u.test(value)
  if (/^(?:\d+[-.]?\p{L}+$|v?\d+\.\d)/u.test(value)) return false
  return (
    /[\p{L}\d][-_!@#$%^&*?+~.][\p{L}\d]/u.test(value) ||
    /\d[!@#$%^&*?+~]$/u.test(value) ||
    /\p{Ll}\p{Lu}/u.test(value) ||
    /\p{L}\d\p{L}/u.test(value) ||
    /^\p{Lu}\p{Ll}{3,}\d{2,4}$/u.test(value)
  )
}
