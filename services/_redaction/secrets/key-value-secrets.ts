import type { Detector } from '../engine/kinds.ts'
import { allMatches } from '../engine/matching.ts'
import { isAfterDigestWord, isRandom } from './unlabelled-secrets.ts'

/** Names that say by one of their words that their value is secret. */
const secretNames = new Set(
  `password passwd passwort pass pwd pw psw passphrase passcode clave contrasena contraseña senha kennwort wachtwoord haslo hasło
  heslo lösenord secret secrets geheimnis token jwt apikey apitoken apisecret authkey secretkey privatekey accesskey
  authtoken accesstoken refreshtoken clientsecret bearer credential credentials cred creds totp otp pin mpin`.split(
    /\s+/,
  ),
)
/** Where only what looks like a key is one. */
const keyLikeNames = new Set(
  `key keys tokens authorization schlüssel llave clau chave clé klucz chiave sleutel auth sid session sess sessionid jsessionid phpsessid cookie
  signature sig salt seed webhook dsn`.split(/\s+/),
)
/** Keys and tokens that are none, by any of their words: of rows, messages and pages. */
const nonSecretNames = new Set(
  `public page next cursor continuation sync primary foreign partition sort cache row object message routing idempotency
  deduplication max min usage budget symbol address contract fingerprint`.split(/\s+/),
)
/** Not the secret, but something about it, by the last of their words. */
const metadataSuffixes = new Set(
  `type length len count counts limit ttl expiry expires expiration expired policy hint header prefix format url uri endpoint
  path file field name names user username required error status version total`.split(/\s+/),
)
/** Before `key` they say that it is one that opens something. */
const keyQualifiers = new Set('api access private encryption signing'.split(' '))
const passwordName =
  /pass(?:w(?:or)?d|wort|phrase|code)|^(?:pass|pwd|pw|psw|m?pin)$|pwd$|clave|contras|senha|kennwort|wachtwoord|has[lł]o|heslo|lösenord/

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

/** What stands for a value: variables, masks, examples, types. */
const placeholder =
  /^(?:\$|%\w+%|<|\{|\(|\[|[*x•.#-]{3,}|process\.|os\.|env\.|import\.|self\.|this\.|config\.|settings\.|your[-_ ]|my[-_]|example|changeme$|redacted|null$|none$|nil$|undefined|true$|false$|string|str$|https?:\/\/[^@]*$|[a-z_.]*(?:password|secret|token|apikey)[a-z_.]*$)|\(|\.\.\.$/i

const syntaxes = [
  { sign: /[=:]/, pattern: assignment },
  { sign: / -/, pattern: commandLineFlag },
  { sign: /[A-Z]_[A-Z]/, pattern: environmentVariable },
  { sign: /<\//, pattern: xmlElement },
]

/** Values of names as programs, files, headers, links and command lines write them: `DB_PASSWORD=…`, `"apiKey": "…"`, `--token …`. */
export const keyValueSecrets: Detector = function* (text) {
  for (const { sign, pattern } of syntaxes) {
    if (!sign.test(text)) continue
    for (const { 0: found, index, groups } of allMatches(pattern, text)) {
      const { name = '', link = '', value = '' } = groups ?? {}
      const quote = /^["'`]/.test(value) ? 1 : 0
      const unquoted = quote ? value.slice(1, -1) : value.replace(/[.,;:!?]+$/, '')
      const start = index + found.length - value.length + quote
      const words = wordsOf(name)
      const isCodeSyntax = quote > 0 || link.includes('=') || (pattern !== environmentVariable && words.length > 1)
      if (isSecret(words, unquoted, isCodeSyntax) && !isAfterDigestWord(text, start))
        yield { kind: 'secret', start, end: start + unquoted.length }
    }
  }
}

/** As programs write it, whatever has some length is one; in a sentence it must have figures and letters. */
function isSecret(words: readonly string[], unquoted: string, isCodeSyntax: boolean): boolean {
  if (
    placeholder.test(unquoted) ||
    words.some(word => nonSecretNames.has(word)) ||
    metadataSuffixes.has(words.at(-1) ?? '')
  )
    return false
  const word = words.find(each => secretNames.has(each) || passwordName.test(each))
  if (word === undefined) {
    const isNamed =
      isCodeSyntax &&
      words.some(each => keyQualifiers.has(each)) &&
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

/** Digits and letters in a row that is no name made of words: hexadecimal, a UUID, base 32 or 64. */
function isKeyShaped(unquoted: string): boolean {
  if (unquoted.length < 16 || !/\d/.test(unquoted) || !/[A-Za-z]/.test(unquoted)) return false
  return (
    isRandom(unquoted) ||
    /^[0-9a-f-]{20,}$/i.test(unquoted) ||
    !/^(?:[A-Za-z]+|\d+)(?:[_.-](?:[A-Za-z]+|\d+))+$/.test(unquoted)
  )
}
