import type { Detector } from './kinds.ts'
import { answer, find, isDate, matches } from './matching.ts'
import { pattern } from './words.ts'

const passwords = {
  words: `password*, passwd, passwrd, passwrod, pasword, pssword, contrasenya, passw, pass word, pass phrase, pass-phrase, codeword, code word, memorable word, security word, secret word, secret answer,
    security answer, memorable information, ww, phrase secrète, phrase de passe, code d'accès, zugangscode, losungswort, código de acceso, codice di accesso, passwort*, passwörter, passphrase, passcode, passord*, pass, pw, pwd, psw, kennwort*, mot de passe,
    mots de passe, motdepasse, mdp, contraseña*, contrasena*, clave, claves, senha, senhas, palavra-passe, palavra passe, wachtwoord*, parola, parola d'ordine, parolă, lozink*, zaporka, geslo, slaptažodis, mật khẩu, kata sandi, hasło, haslo,
    hasła, hasłem, lösenord*, kodeord*, adgangskode*, salasana*, şifre*, heslo, hesla, heslem, jelszó, jelszav*, κωδικ*, пароль,
    пароля, паролем, סיסמה, पासवर्ड`,
  anywhere: '密码, 密碼, パスワード, 비밀번호, كلمة المرور, كلمة السر, סיסמ',
}
/** A word for a password. */
export const passwordWord = pattern(passwords)
const whose = "(?:[ _-](?:for|to|of|on|für|pour|para|de)(?: [\\p{L}\\d.@'’-]{1,40}){1,4}?)?"
const be =
  '(?:is|was|are|=|ist|war|lautet|est|était|es|era|è|é|jest|to|är|er|on|now|jetzt|nun|ahora|maintenant|nu|adesso|teraz|still|currently|just|again|set|changed|reset|updated|from|into)'
const marks = `["'\`]?(?: ${be}){0,2}\\s{0,3}(?:[:=]{1,2}>?|->|→|是|は)\\s{0,3}`
const links = [
  " c'est ",
  ' [^\\n.;:!?()]{0,40}\\(',
  ',? ',
  ' [-–] ',
  // A question, and the answer behind the name of who gives it.
  `(?=[?.!]*\\s*\\n|\\?)${answer}`,
]
const announced = new RegExp(
  `(?:${passwordWord})(?<link>${whose}(?:${marks}| (?:${be} ){1,4})|${whose}(?:${links.join('|')}))(?<quote>["'\`]?)(?<value>[^\\s"'\`<>\\0]{3,128})`,
  'giu',
)
/** `login: jane / hunter2` */
const afterName =
  /(?<![\p{L}\p{N}])(?:log-?ins?|credentials|creds|zugang|zugangsdaten|anmeldung)(?!\p{L})[: ]{1,3}[^\s/]{2,64} ?\/ ?(?<value>[^\s"'`<>\0]{3,128})/giu
/** Figures, marks, capitals and small letters at once: what is asked of passwords. */
const mark = '[\\w!@#$%^&*?+~-]'
const shaped = new RegExp(
  `(?<![^\\s"'\`(:=])${['[a-z]', '[A-Z]', '\\d', '[!@#$%^&*?+~]'].map(one => `(?=${mark}{0,39}${one})`).join('')}${mark}{8,40}(?![^\\s"'\`),.;:])`,
  'g',
)
const quoted = /^[^"'`\n\0]{3,128}(?=["'`])/
/** Words that are said about passwords. */
const said = new Set(
  `a about accepted again ago all already also always an and any are as ask asked at bad be because been before being blocked
  broken but by can change changed changing code compromised correct could did different do does doesn don email empty enter
  entered error expired expires fails failed false fine for forgot forgotten from gone good had has have help here hidden how
  if in incorrect invalid is isn it its just known last leaked locked long lost manager me min minimum missing must my need
  needed needs never new no none not now null of off ok old on once one only optional or out page please policy private
  protected ready recovery refused rejected required requirements reset right safe same saved secret secure send sent set
  should shown since so some stolen still strong stuck than that the their them then there they this to too true undefined
  unknown unsafe used valid very via was weak were what when where which why will with without working works wrong yes you
  your falsch richtig nicht abgelaufen gesperrt vergessen zurücksetzen incorrecta incorrecto oublié expiré olvidada
  bloqueada`.split(/\s+/),
)

const hint = /log-?in|cred|zugang|anmeldung/iu
const word = new RegExp(passwordWord, 'iu')
let last = { text: '', says: false }

/** Whether a text has a word for a password: looked for once, though three detectors ask it of every text. */
export function saysPassword(text: string): boolean {
  if (text !== last.text) last = { text, says: word.test(text) }
  return last.says
}

/** Whether a word is one that is said about passwords. */
export const isSaid = (word: string): boolean => said.has(word.toLowerCase())

/** Passwords that a word announces. */
export const passwordsIn: Detector = function* (text) {
  if (!saysPassword(text) && !hint.test(text)) return
  for (const { 0: found, index, groups } of matches(announced, text)) {
    const { link = '', quote = '', value: rest = '' } = groups ?? {}
    const start = index + found.length - rest.length
    const value = quote === '' ? unmarked(rest) : (quoted.exec(text.slice(start, start + 130))?.[0] ?? unmarked(rest))
    if (isPassword(value, quote !== '' || /[:=>→是は]/.test(link)))
      yield { kind: 'secret', start, end: start + value.length }
  }
  yield* find('secret', shaped, text)
  for (const { 0: found, index, groups } of matches(afterName, text)) {
    const value = unmarked(groups?.['value'] ?? '')
    const start = index + found.length - (groups?.['value'] ?? '').length
    if (isPassword(value, false)) yield { kind: 'secret', start, end: start + value.length }
  }
}

/** Without the marks of the sentence around it; an exclamation mark may be part of a password. */
const unmarked = (text: string): string => text.replace(/[.,;:)\]}?]+$/, '')

/** After a colon any word may be one; elsewhere it takes figures, marks or capitals inside. */
function isPassword(value: string, marked: boolean): boolean {
  if (!/[\p{L}\p{N}]/u.test(value) || value.length < 3 || said.has(value.toLowerCase().replace(/[!'’].*$/, '')))
    return false
  if (/^\d+$/.test(value)) return value.length > 3 && !isDate(value) && (marked || value.length <= 8)
  // 8-character, 2FA
  if (/^\d{1,2}(?:-\p{L}+|FA\b)/u.test(value)) return false
  return (
    marked || (value.length >= 6 && (/\d/.test(value) ? /\D/.test(value) : /.[^\p{L}'-].|\p{Ll}\p{Lu}/u.test(value)))
  )
}
