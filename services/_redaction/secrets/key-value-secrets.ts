import { at } from '#runtime/core/checked.ts'
import { isAfterDigestWord } from '../engine/context.ts'
import type { Detector } from '../engine/kinds.ts'
import { allMatches, groupOf, withoutPunctuation } from '../engine/matching.ts'
import {
  accessQualifiers,
  keyLikeNames,
  metadataSuffixes,
  nonSecretNames,
  passwordName,
  secretNames,
} from '../lexicon/secret-words.ts'
import { isCompoundName, isRandom } from './shapes.ts'

const value = '"[^"\\n\\0]{3,2000}"|\'[^\'\\n\\0]{3,2000}\'|`[^`\\n\\0]{3,2000}`|[^\\s"\'`<>,;&)\\]}\\0]{4,2000}'
const authScheme = '(?:(?:Bearer|Basic|Token|ApiKey|SSWS|Bot) )?'
const assignment = new RegExp(
  `(?<![\\p{L}\\p{N}_.-])(?<name>[\\p{L}\\p{N}_.-]{2,64})(?<link>["'\`\\]]{0,2}\\s{0,2}(?:=>|:=|==?|:(?!//)|\\?=)\\s{0,2}["'\`]{0,1}${authScheme})(?<value>${value})`,
  'gu',
)
const commandLineFlag = new RegExp(
  `(?<![\\p{L}\\p{N}_-])--?(?<name>[A-Za-z][\\w-]{2,40})(?<link>[ =])(?<value>${value})`,
  'gu',
)
/** `setx API_SECRET …`, `ENV DB_PASSWORD …` */
const environmentVariable =
  /(?<![\w.-])(?<name>[A-Z]{2,20}(?:_[A-Z]{2,20}){1,4})(?<link>(?:["']?\\s{1,10}value: {0,2}| )["']?)(?<value>[^\s"'`<>,;&)\]}\0]{8,2000})/gu
const xmlElement = /<(?<name>[\w.:-]{2,64})(?<link>>)(?<value>[^<>\s\0]{4,2000})(?=<\/)/gu

/** Placeholders: variables, masks, examples, types. */
const placeholder =
  /^(?:\$|%\w+%|<|\{|\(|\[|[*x•.#-]{3,}|process\.|os\.|env\.|import\.|self\.|this\.|config\.|settings\.|your[-_ ]|my[-_]|example|changeme$|redacted|null$|none$|nil$|undefined|true$|false$|string|str$|https?:\/\/[^@]*$|[a-z_.]*(?:password|secret|token|apikey)[a-z_.]*$)|\(|\.\.\.$/i

const syntaxes = [
  { hint: /[=:]/, pattern: assignment },
  { hint: / -/, pattern: commandLineFlag },
  { hint: /[A-Z]_[A-Z]/, pattern: environmentVariable },
  { hint: /<\//, pattern: xmlElement },
]

/** Values after a name for a secret, in the syntax of programs, files, headers, links and command lines: `DB_PASSWORD=…`, `--token …`. */
export const keyValueSecrets: Detector = function* (text) {
  for (const { hint, pattern } of syntaxes) {
    if (!hint.test(text)) continue
    for (const match of allMatches(pattern, text)) {
      const value = groupOf(match, 'value')
      const isQuoted = /^["'`]/.test(value)
      const unquoted = isQuoted ? value.slice(1, -1) : withoutPunctuation(value)
      const start = match.index + match[0].length - value.length + (isQuoted ? 1 : 0)
      const words = wordsOf(groupOf(match, 'name'))
      const isCodeSyntax =
        isQuoted || groupOf(match, 'link').includes('=') || (pattern !== environmentVariable && words.length > 1)
      if (isSecret(words, unquoted, isCodeSyntax) && !isAfterDigestWord(text, start))
        yield { kind: 'secret', start, end: start + unquoted.length }
    }
  }
}

/** In the syntax of a program, any value of some length is a secret; in a sentence it must have digits and letters. */
function isSecret(words: readonly string[], unquoted: string, isCodeSyntax: boolean): boolean {
  if (
    placeholder.test(unquoted) ||
    words.some(word => nonSecretNames.has(word)) ||
    metadataSuffixes.has(at(words, words.length - 1))
  )
    return false
  const word = words.find(each => secretNames.has(each) || passwordName.test(each))
  if (word === undefined) {
    const isNamed =
      isCodeSyntax &&
      words.some(each => accessQualifiers.has(each)) &&
      /^(?=.*\d)(?=.*[A-Za-z])[A-Za-z\d]{8,}$/.test(unquoted)
    return words.some(each => keyLikeNames.has(each)) && (isKeyShaped(unquoted) || isNamed)
  }
  const isPassword = passwordName.test(word)
  if (/^-?[\d.,]+$/.test(unquoted)) return isPassword && /^\d{4,12}$/.test(unquoted)
  if (isCodeSyntax) return unquoted.length >= (isPassword ? 4 : 8) && !/\s/.test(unquoted)
  return unquoted.length >= 8 && /\d/.test(unquoted) && /\p{L}/u.test(unquoted)
}

/** `dbPassword`, `DB_PASSWORD` and `db.password` have the words db and password. */
const wordsOf = (name: string): readonly string[] =>
  name
    .replace(/(\p{Ll})(?=\p{Lu})/gu, '$1_')
    .toLowerCase()
    .split(/[^\p{L}]+/u)

/** Digits and letters that are no name made of words: hexadecimal, a UUID, base 32 or 64. */
function isKeyShaped(unquoted: string): boolean {
  if (unquoted.length < 16 || !/\d/.test(unquoted) || !/[A-Za-z]/.test(unquoted)) return false
  return isRandom(unquoted) || /^[0-9a-f-]{20,}$/i.test(unquoted) || !isCompoundName(unquoted)
}
