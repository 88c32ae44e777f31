import { at } from '#runtime/core/checked.ts'
import { isAfterReferenceWord } from '../engine/context.ts'
import type { Detector } from '../engine/kinds.ts'
import { allMatches, textBefore, withoutPunctuation } from '../engine/matching.ts'
import { referenceWords } from '../lexicon/context-words.ts'
import { wordPattern } from '../lexicon/pattern.ts'
import { passwordWord } from '../lexicon/secret-words.ts'

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
/** Words that look like a chosen password, near a word for one: with digits, marks and letters mixed, or in generated groups. */
export const passwordsInProse: Detector = function* (text) {
  const words = Array.from(allMatches(passwordWordPattern, text), ({ 0: { length }, index }) => ({
    start: index,
    end: index + length,
  }))
  let next = 0
  for (const { 0: found, index: start } of allMatches(candidate, text)) {
    const value = withoutPunctuation(found)
    const end = start + value.length
    while (next < words.length && at(words, next).end <= start) next++
    let following = next
    // Words inside the candidate are neither before nor after it.
    while (following < words.length && at(words, following).start < end) following++
    const [before, after] = [words[next - 1], words[following]]
    const isNear =
      (before !== undefined && start - before.end <= maxDistance.before) ||
      (after !== undefined && after.start - end <= maxDistance.after)
    if (
      isNear &&
      (isMixedWord(value) || isGenerated(value) || isWordWithNumber(value, text, start)) &&
      !isAfterReferenceWord(text, start) &&
      !userNameLabel.test(textBefore(text, start, 30))
    )
      yield { kind: 'secret', start, end }
  }
}

/** A word with a number at its end is a password only after such a verb or mark. */
const assignmentBefore =
  /(?:^|[\s"'])(?:is|its|it's|was|were|to|from|ist|war|jetzt|zu|auf|est|était|es|era|fue|è|é|foi|to|było|är|var|er|on|oli|->|→)\s["']?$|[=:]\s?["']?$/iu
const isWordWithNumber = (value: string, text: string, start: number): boolean =>
  /^\p{Ll}{4,}\d{2,4}$/u.test(value) && !knownName.test(value) && assignmentBefore.test(textBefore(text, start, 12))

/** As programs generate them: groups of upper case, lower case and digits, none of which is a word or a number. */
const isGenerated = (value: string): boolean =>
  /^[A-Za-z\d]{3,8}(?:[-_.][A-Za-z\d]{3,8}){1,5}$/.test(value) &&
  !knownName.test(value) &&
  value.split(/[-_.]/).every(group => !/^(?:\d+|\p{Lu}?\p{Ll}+|\p{Lu}+)$/u.test(group)) &&
  [/\d/, /[a-z]/, /[A-Z]/].every(set => set.test(value))

/** A word with digits or marks inside that do not belong to it. */
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
