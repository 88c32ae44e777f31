import type { Detector } from '../engine/kinds.ts'
import { allMatches, answerPrefix, findMatches, isDate } from '../engine/matching.ts'
import { wordPattern } from '../lexicon/words.ts'

const passwordWords = {
  words: `password*, passwd, passwrd, passwrod, pasword, pssword, contrasenya, passw, pass word, pass phrase, pass-phrase, codeword, code word, memorable word, security word, secret word, secret answer,
    security answer, memorable information, ww, phrase secrète, phrase de passe, code d'accès, zugangscode, losungswort, código de acceso, codice di accesso, passwort*, passwörter, passphrase, passcode, passord*, pass, pw, pwd, psw, kennwort*, mot de passe,
    mots de passe, motdepasse, mdp, contraseña*, contrasena*, clave, claves, senha, senhas, palavra-passe, palavra passe, wachtwoord*, parola, parola d'ordine, parolă, lozink*, zaporka, geslo, slaptažodis, mật khẩu, kata sandi, hasło, haslo,
    hasła, hasłem, lösenord*, kodeord*, adgangskode*, salasana*, şifre*, heslo, hesla, heslem, jelszó, jelszav*, κωδικ*, пароль,
    пароля, паролем, סיסמה, पासवर्ड`,
  anywhere: '密码, 密碼, パスワード, 비밀번호, كلمة المرور, كلمة السر, סיסמ',
}
/** A word for a password. */
export const passwordWord = wordPattern(passwordWords)
const passwordPurpose = "(?:[ _-](?:for|to|of|on|für|pour|para|de)(?: [\\p{L}\\d.@'’-]{1,40}){1,4}?)?"
const linkingVerb =
  '(?:is|was|are|=|ist|war|lautet|est|était|es|era|è|é|jest|to|är|er|on|now|jetzt|nun|ahora|maintenant|nu|adesso|teraz|still|currently|just|again|set|changed|reset|updated|from|into)'
const assignmentMarks = `["'\`]?(?: ${linkingVerb}){0,2}\\s{0,3}(?:[:=]{1,2}>?|->|→|是|は)\\s{0,3}`
const links = [
  " c'est ",
  ' [^\\n.;:!?()]{0,40}\\(',
  ',? ',
  ' [-–] ',
  // A question, and the answer behind the name of who gives it.
  `(?=[?.!]*\\s*\\n|\\?)${answerPrefix}`,
]
const labelledPassword = new RegExp(
  `(?:${passwordWord})(?<link>${passwordPurpose}(?:${assignmentMarks}| (?:${linkingVerb} ){1,4})|${passwordPurpose}(?:${links.join('|')}))(?<quote>["'\`]?)(?<value>[^\\s"'\`<>\\0]{3,128})`,
  'giu',
)
/** `login: jane / hunter2` */
const loginPair =
  /(?<![\p{L}\p{N}])(?:log-?ins?|credentials|creds|zugang|zugangsdaten|anmeldung)(?!\p{L})[: ]{1,3}[^\s/]{2,64} ?\/ ?(?<value>[^\s"'`<>\0]{3,128})/giu
/** Figures, marks, capitals and small letters at once: what is asked of passwords. */
const passwordCharacter = '[\\w!@#$%^&*?+~-]'
const strongPassword = new RegExp(
  `(?<![^\\s"'\`(:=])${['[a-z]', '[A-Z]', '\\d', '[!@#$%^&*?+~]'].map(one => `(?=${passwordCharacter}{0,39}${one})`).join('')}${passwordCharacter}{8,40}(?![^\\s"'\`),.;:])`,
  'g',
)
const quoted = /^[^"'`\n\0]{3,128}(?=["'`])/
/** Words that are said about passwords. */
const descriptiveWords = new Set(
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
let lastChecked = { text: '', says: false }

/** Whether a text has a word for a password: looked for once, though three detectors ask it of every text. */
export function mentionsPassword(text: string): boolean {
  if (text !== lastChecked.text) lastChecked = { text, says: word.test(text) }
  return lastChecked.says
}

/** Whether a word is one that is said about passwords. */
export const isDescriptiveWord = (word: string): boolean => descriptiveWords.has(word.toLowerCase())

/** Passwords that a word announces. */
export const labelledPasswords: Detector = function* (text) {
  if (!mentionsPassword(text) && !hint.test(text)) return
  for (const { 0: found, index, groups } of allMatches(labelledPassword, text)) {
    const { link = '', quote = '', value: rest = '' } = groups ?? {}
    const start = index + found.length - rest.length
    const value =
      quote === ''
        ? withoutPunctuation(rest)
        : (quoted.exec(text.slice(start, start + 130))?.[0] ?? withoutPunctuation(rest))
    if (isPassword(value, quote !== '' || /[:=>→是は]/.test(link)))
      yield { kind: 'secret', start, end: start + value.length }
  }
  yield* findMatches('secret', strongPassword, text)
  for (const { 0: found, index, groups } of allMatches(loginPair, text)) {
    const value = withoutPunctuation(groups?.['value'] ?? '')
    const start = index + found.length - (groups?.['value'] ?? '').length
    if (isPassword(value, false)) yield { kind: 'secret', start, end: start + value.length }
  }
}

/** Without the marks of the sentence around it; an exclamation mark may be part of a password. */
const withoutPunctuation = (text: string): string => text.replace(/[.,;:)\]}?]+$/, '')

/** After a colon any word may be one; elsewhere it takes figures, marks or capitals inside. */
function isPassword(value: string, isDelimited: boolean): boolean {
  if (
    !/[\p{L}\p{N}]/u.test(value) ||
    value.length < 3 ||
    descriptiveWords.has(value.toLowerCase().replace(/[!'’].*$/, ''))
  )
    return false
  if (/^\d+$/.test(value)) return value.length > 3 && !isDate(value) && (isDelimited || value.length <= 8)
  // 8-character, 2FA
  if (/^\d{1,2}(?:-\p{L}+|FA\b)/u.test(value)) return false
  return (
    isDelimited ||
    (value.length >= 6 && (/\d/.test(value) ? /\D/.test(value) : /.[^\p{L}'-].|\p{Ll}\p{Lu}/u.test(value)))
  )
}
