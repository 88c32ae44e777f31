import type { Detector, Finding } from './kinds.ts'
import { matches } from './matching.ts'

const start = '(?<![\\p{L}\\p{N}])'
const passwordWords =
  'pass(?:word|wd|wort|phrase|code|ord)?s?|p(?:s?w|wd)|kennwort|mot de passe|mdp|contraseña|contrasena|clave|senha|palavra-passe|wachtwoord|parola|hasło|haslo|lösenord|adgangskode|salasana|şifre|heslo|jelszó|пароль'
const passwordSigns = '密码|密碼|パスワード|비밀번호'
const be = 'is|was|are|=|ist|war|lautet|est|était|es|era|è|é|jest|to|är|er|on'
const link = [
  '["\'`]?\\s{0,3}(?:[:=]{1,2}>?|->|→)\\s{0,3}',
  ` (?:(?:${be}|now|still|currently|just|again|set|changed|reset|updated|from|into) ){1,4}`,
  ',? ',
  '\\?\\s*(?:\\n\\s*[\\p{L} ]{1,16}[:>])?\\s{1,3}',
].join('|')
const password = new RegExp(
  `${start}(?:(?:${passwordWords})(?![\\p{L}\\p{N}])|${passwordSigns})(?:[ _-](?:for|to|of|für|pour) [\\w.@-]{1,40})?(?<link>${link}|[是はは：])(?<quote>["'\`]?)(?<value>[^\\s"'\`<>]{3,128})`,
  'giu',
)
const quoted = /^[^"'`\n]{3,128}(?=["'`])/
/** What is said about passwords rather than being one. */
const said = new Set(
  `a about accepted again ago all already also always an and any are as ask asked at bad be because been before being blocked broken but by can change
  changed changing code compromised correct could did different do does doesn don email empty enter entered error expired expires fails failed false fine for
  forgot forgotten from gone good had has have help here hidden how if in incorrect invalid is isn it its just known last leaked locked long lost manager me min
  minimum missing must my need needed needs never new no none not now null of off ok old on once one only optional or out page please policy private protected
  ready recovery refused rejected required requirements reset right safe same saved secret secure send sent set should shown since so some stolen still strong
  stuck than that the their them then there they this to too true undefined unknown unsafe used valid very via was weak were what when where which why will
  with without working works wrong yes you your falsch richtig nicht abgelaufen gesperrt vergessen zurücksetzen incorrecta incorrecto oublié incorrect expiré olvidada bloqueada`.split(
    /\s+/,
  ),
)

const keyWords =
  '(?:(?:api|app|access|secret|private|auth|client|consumer|bearer|session|refresh|id|signing|encryption|master|webhook|service|deploy|security|shared|aws|azure|bot|user)[ _-]?){0,3}(?:key|token|secret|credentials?|bearer|basic|apikey|passwd|auth)s?'
const key = new RegExp(
  `${start}(?<!(?:idempotency|primary|foreign|public|partition|sort|cache|object|message|deduplication)[ _-])(?:${keyWords})(?![\\p{L}\\p{N}])["'\`]?(?:[ :=>_-]|(?:is|was|ist|est|es|of|sid|bearer|basic|hex|value) ){0,6}["'\`]?(?<value>[A-Za-z0-9+/_=.~-]{12,2000})`,
  'giu',
)
const pin = new RegExp(
  `${start}pin(?![\\p{L}\\p{N}])(?:[ -](?:code|number|nummer|nr|no))?\\.?(?: (?:is|was|now|ist|est|es|of|for|to|my|the|this|card) ?){0,5}[ :=#"'-]{1,4}(?<value>\\d{4}(?:\\d{2})?)(?![\\p{L}\\p{N}]|[.,]\\d| ?[%€$])`,
  'giu',
)
const verification = new RegExp(
  `${start}(?:cvv2?|cvc2?|cvn|csc|security code|card (?:verification )?code|prüfziffer|prüfnummer|cryptogramme|código de seguridad)(?![\\p{L}\\p{N}])[^\\d\\n]{0,24}?(?<value>\\d{3,4})(?![\\p{L}\\p{N}]|[.,]\\d)`,
  'giu',
)
const seed =
  /(?:seed|recovery|backup|mnemonic|secret)(?: ?(?:phrase|words?)){1,2}["':= ]{1,4}(?:(?:is|are|was) )?"?(?<value>(?:[a-z]{3,8} ){11,23}[a-z]{3,8})(?![a-z])/gi

/** Secrets that a word announces: passwords, keys, card verification codes, PINs and the words of a wallet. */
export const credentials: Detector = function* (text) {
  if (
    !/pass|pw|kenn|mdp|contrase|clave|senh|wacht|parol|has[lł]o|lösen|adgang|sala|şifre|heslo|jelsz|парол|密|パス|비밀|key|token|secret|cred|bearer|basic|auth|pin|cv[vcn]|csc|code|código|prüf|crypto|seed|phrase|mnemonic|words/i.test(
      text,
    )
  )
    return
  yield* values(password, text, value => isPassword(value))
  yield* values(key, text, ({ value }) => isKey(value))
  yield* values(pin, text, ({ found, value }) => !(value.length === 6 && /code/i.test(found)))
  yield* values(verification, text, () => true)
  yield* values(seed, text, () => true)
}

type Match = { readonly found: string; readonly link: string; readonly quote: string; readonly value: string }

/** The group `value` ends its pattern, so that its place follows from where the match ends. */
function* values(pattern: RegExp, text: string, accept: (match: Match) => boolean): Generator<Finding> {
  for (const { 0: found, index, groups } of matches(pattern, text)) {
    const { link = '', quote = '', value: raw = '' } = groups ?? {}
    const from = index + found.length - raw.length
    const value =
      quote === '' ? raw.replace(/[.,;:)\]}?]+$/, '') : (quoted.exec(text.slice(from, from + 130))?.[0] ?? raw)
    if (value !== '' && accept({ found, link, quote, value }))
      yield { kind: 'secret', start: from, end: from + value.length }
  }
}

function isPassword({ link, quote, value }: Match): boolean {
  if (value.includes('\u0000') || value.length < 3) return false
  const isWord = said.has(value.toLowerCase().replace(/[!'’].*$/, ''))
  if (isWord || /^\d{1,2}(?:-\p{L}+|FA\b)/u.test(value)) return false
  if (quote !== '' || (/[:=>→是は]/.test(link) && !link.includes('?'))) return true
  const isStrong =
    value.length >= 6 && (/\d/.test(value) ? /[\p{L}\W_]/u.test(value) : /.[^\p{L}'-].|\p{Ll}\p{Lu}/u.test(value))
  return isStrong
}

/** Long, and of letters and digits at once, as no word is; names made of words and numbers are none. */
const isKey = (value: string): boolean =>
  value.length >= 16
    ? !/^(?:[A-Za-z]+|\d+)(?:[_.-](?:[A-Za-z]+|\d+))+$/.test(value) &&
      /\d/.test(value) &&
      /[A-Za-z]/.test(value) &&
      !/^[\d.-]+$/.test(value)
    : /\d/.test(value) && /[a-z]/.test(value) && /[A-Z]/.test(value)
