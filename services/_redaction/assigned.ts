import type { Detector } from './kinds.ts'
import { matches } from './matching.ts'
import { isDigest, isRandom } from './secret.ts'

/** Names that say by one of their words that their value is secret. */
const always = new Set(
  `password passwd passwort pass pwd pw psw passphrase passcode clave contrasena contraseña senha kennwort wachtwoord haslo hasło
  heslo lösenord secret secrets geheimnis token jwt apikey apitoken apisecret authkey secretkey privatekey accesskey
  authtoken accesstoken refreshtoken clientsecret bearer credential credentials cred creds totp otp pin mpin`.split(
    /\s+/,
  ),
)
/** Where only what looks like a key is one. */
const sometimes = new Set(
  `key keys tokens authorization schlüssel llave clau chave clé klucz chiave sleutel auth sid session sess sessionid jsessionid phpsessid cookie
  signature sig salt seed webhook dsn`.split(/\s+/),
)
/** Keys and tokens that are none, by any of their words: of rows, messages and pages. */
const others = new Set(
  `public page next cursor continuation sync primary foreign partition sort cache row object message routing idempotency
  deduplication max min usage budget symbol address contract fingerprint`.split(/\s+/),
)
/** Not the secret, but something about it, by the last of their words. */
const about = new Set(
  `type length len count counts limit ttl expiry expires expiration expired policy hint header prefix format url uri endpoint
  path file field name names user username required error status version total`.split(/\s+/),
)
/** Before `key` they say that it is one that opens something. */
const owners = new Set('api access private encryption signing'.split(' '))
const passwordWord =
  /pass(?:w(?:or)?d|wort|phrase|code)|^(?:pass|pwd|pw|psw|m?pin)$|pwd$|clave|contras|senha|kennwort|wachtwoord|has[lł]o|heslo|lösenord/

const value = '"[^"\\n\\0]{3,2000}"|\'[^\'\\n\\0]{3,2000}\'|`[^`\\n\\0]{3,2000}`|[^\\s"\'`<>,;&)\\]}\\0]{4,2000}'
const scheme = '(?:(?:Bearer|Basic|Token|ApiKey|SSWS|Bot) )?'
const assignment = new RegExp(
  `(?<![\\p{L}\\p{N}_.-])(?<name>[\\p{L}\\p{N}_.-]{2,64})(?<link>["'\`\\]]{0,2}\\s{0,2}(?:=>|:=|==?|:(?!//)|\\?=)\\s{0,2}["'\`]{0,1}${scheme})(?<value>${value})`,
  'gu',
)
const flag = new RegExp(`(?<![\\p{L}\\p{N}_-])--?(?<name>[A-Za-z][\\w-]{2,40})(?<link>[ =])(?<value>${value})`, 'gu')
/** `setx API_SECRET …`, `ENV DB_PASSWORD …` */
const capitals =
  /(?<![\w.-])(?<name>[A-Z]{2,20}(?:_[A-Z]{2,20}){1,4})(?<link>(?:["']?\\s{1,10}value: {0,2}| )["']?)(?<value>[^\s"'`<>,;&)\]}\0]{8,2000})/gu
const tag = /<(?<name>[\w.:-]{2,64})(?<link>>)(?<value>[^<>\s\0]{4,2000})(?=<\/)/gu

/** What stands for a value: variables, masks, examples, types. */
const placeholder =
  /^(?:\$|%\w+%|<|\{|\(|\[|[*x•.#-]{3,}|process\.|os\.|env\.|import\.|self\.|this\.|config\.|settings\.|your[-_ ]|my[-_]|example|changeme$|redacted|null$|none$|nil$|undefined|true$|false$|string|str$|https?:\/\/[^@]*$|[a-z_.]*(?:password|secret|token|apikey)[a-z_.]*$)|\(|\.\.\.$/i

const forms = [
  { sign: /[=:]/, pattern: assignment },
  { sign: / -/, pattern: flag },
  { sign: /[A-Z]_[A-Z]/, pattern: capitals },
  { sign: /<\//, pattern: tag },
]

/** Values of names as programs, files, headers, links and command lines write them: `DB_PASSWORD=…`, `"apiKey": "…"`, `--token …`. */
export const assignments: Detector = function* (text) {
  for (const { sign, pattern } of forms) {
    if (!sign.test(text)) continue
    for (const { 0: found, index, groups } of matches(pattern, text)) {
      const { name = '', link = '', value = '' } = groups ?? {}
      const quote = /^["'`]/.test(value) ? 1 : 0
      const bare = quote ? value.slice(1, -1) : value.replace(/[.,;:!?]+$/, '')
      const start = index + found.length - value.length + quote
      const words = wordsOf(name)
      const isWritten = quote > 0 || link.includes('=') || (pattern !== capitals && words.length > 1)
      if (isSecret(words, bare, isWritten) && !isDigest(text, start))
        yield { kind: 'secret', start, end: start + bare.length }
    }
  }
}

/** As programs write it, whatever has some length is one; in a sentence it must have figures and letters. */
function isSecret(words: readonly string[], bare: string, isWritten: boolean): boolean {
  if (placeholder.test(bare) || words.some(word => others.has(word)) || about.has(words.at(-1) ?? '')) return false
  const word = words.find(each => always.has(each) || passwordWord.test(each))
  if (word === undefined) {
    const isNamed =
      isWritten && words.some(each => owners.has(each)) && /^(?=.*\d)(?=.*[A-Za-z])[A-Za-z\d]{8,}$/.test(bare)
    return words.some(each => sometimes.has(each)) && (isKey(bare) || isNamed)
  }
  const isPassword = passwordWord.test(word)
  if (/^-?[\d.,]+$/.test(bare)) return isPassword && /^\d{4,12}$/.test(bare)
  if (isWritten) return bare.length >= (isPassword ? 4 : 8) && !/\s/.test(bare)
  return bare.length >= 8 && /\d/.test(bare) && /\p{L}/u.test(bare)
}

/** `dbPassword`, `DB_PASSWORD` and `db.password` have the words db and password. */
const wordsOf = (name: string): readonly string[] =>
  name
    .replace(/(\p{Ll})(?=\p{Lu})/gu, '$1_')
    .toLowerCase()
    .split(/[^\p{L}]+/u)

/** Digits and letters in a row that is no name made of words: hexadecimal, a UUID, base 32 or 64. */
function isKey(bare: string): boolean {
  if (bare.length < 16 || !/\d/.test(bare) || !/[A-Za-z]/.test(bare)) return false
  return (
    isRandom(bare) || /^[0-9a-f-]{20,}$/i.test(bare) || !/^(?:[A-Za-z]+|\d+)(?:[_.-](?:[A-Za-z]+|\d+))+$/.test(bare)
  )
}
