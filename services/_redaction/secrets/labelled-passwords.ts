import { answerPrefix, isDate } from '../engine/context.ts'
import type { Detector } from '../engine/kinds.ts'
import { allMatches, findMatches, groupOf, withoutPunctuation } from '../engine/matching.ts'
import { isDescriptiveWord } from '../lexicon/common-words.ts'
import { passwordWord } from '../lexicon/secret-words.ts'

const passwordPurpose = "(?:[ _-](?:for|to|of|on|für|pour|para|de)(?: [\\p{L}\\d.@'’-]{1,40}){1,4}?)?"
const linkingVerb =
  '(?:is|was|are|=|ist|war|lautet|est|était|es|era|è|é|jest|to|är|er|on|now|jetzt|nun|ahora|maintenant|nu|adesso|teraz|still|currently|just|again|set|changed|reset|updated|from|into)'
const assignmentMarks = `["'\`]?(?: ${linkingVerb}){0,2}\\s{0,3}(?:[:=]{1,2}>?|->|→|是|は)\\s{0,3}`
const links = [
  " c'est ",
  ' [^\\n.;:!?()]{0,40}\\(',
  ',? ',
  ' [-–] ',
  // A question, and the answer after the speaker's name.
  `(?=[?.!]*\\s*\\n|\\?)${answerPrefix}`,
]
const labelledPassword = new RegExp(
  `(?:${passwordWord})(?<link>${passwordPurpose}(?:${assignmentMarks}| (?:${linkingVerb} ){1,4})|${passwordPurpose}(?:${links.join('|')}))(?<quote>["'\`]?)(?<value>[^\\s"'\`<>\\0]{3,128})`,
  'giu',
)
/** `login: jane / hunter2` */
const loginPair =
  /(?<![\p{L}\p{N}])(?:log-?ins?|credentials|creds|zugang|zugangsdaten|anmeldung)(?!\p{L})[: ]{1,3}[^\s/]{2,64} ?\/ ?(?<value>[^\s"'`<>\0]{3,128})/giu
/** `jane@example.com / hunter2` */
const addressAndPassword =
  /(?<=[\w.+-]{1,64}@[\w-]{1,60}(?:\.[\w-]{2,30}){1,3} ?(?:[/|:]|-{1,2}|pw|and|with) ?)[^\s"'`<>@=;,&\0]{6,64}(?![=;,&])/g
/** Lower case, upper case, digits and marks: what password rules require. */
const passwordCharacter = '[\\w!@#$%^&*?+~-]'
const strongPassword = new RegExp(
  `(?<![^\\s"'\`(:=])${['[a-z]', '[A-Z]', '\\d', '[!@#$%^&*?+~]'].map(required => `(?=${passwordCharacter}{0,39}${required})`).join('')}${passwordCharacter}{8,40}(?![^\\s"'\`),.;:])`,
  'g',
)
const quoted = /^[^"'`\n\0]{3,128}(?=["'`])/

/** Passwords after a word for one. */
export const labelledPasswords: Detector = function* (text) {
  for (const match of allMatches(labelledPassword, text)) {
    const [link, quote, rest] = [groupOf(match, 'link'), groupOf(match, 'quote'), groupOf(match, 'value')]
    const start = match.index + match[0].length - rest.length
    const inQuotes = quote === '' ? undefined : quoted.exec(text.slice(start, start + 130))?.[0]
    const value = inQuotes ?? withoutPunctuation(rest)
    if (isPassword(value, quote !== '' || /[:=>→是は]/.test(link)))
      yield { kind: 'secret', start, end: start + value.length }
  }
}

/** Passwords after a user's name, and words with all that password rules require; for texts about a login or a password. */
export const loginPasswords: Detector = function* (text) {
  yield* findMatches('secret', strongPassword, text)
  for (const match of allMatches(loginPair, text)) {
    const rest = groupOf(match, 'value')
    const value = withoutPunctuation(rest)
    const start = match.index + match[0].length - rest.length
    if (isPassword(value, false)) yield { kind: 'secret', start, end: start + value.length }
  }
}

/** Passwords after an e-mail address. */
export const passwordsAfterAddress: Detector = function* (text) {
  for (const { 0: found, index: start } of allMatches(addressAndPassword, text)) {
    const value = withoutPunctuation(found)
    if (/\d/.test(value) && /\p{L}{3}/u.test(value)) yield { kind: 'secret', start, end: start + value.length }
  }
}

/** After a colon any word may be a password; elsewhere it must have digits, marks or upper case inside. */
function isPassword(value: string, isDelimited: boolean): boolean {
  if (!/[\p{L}\p{N}]/u.test(value) || value.length < 3 || isDescriptiveWord(value.replace(/[!'’].*$/, ''))) return false
  if (/^\d+$/.test(value)) return value.length > 3 && !isDate(value) && (isDelimited || value.length <= 8)
  // 8-character, 2FA
  if (/^\d{1,2}(?:-\p{L}+|FA\b)/u.test(value)) return false
  return (
    isDelimited ||
    (value.length >= 6 && (/\d/.test(value) ? /\D/.test(value) : /.[^\p{L}'-].|\p{Ll}\p{Lu}/u.test(value)))
  )
}
