// The words that announce a secret: a password, a key or token, a code.

import { type WordList, wordPattern } from './pattern.ts'

/** Words for a password in sentences. */
const passwordWords: WordList = {
  words: `password*, passwd, passwrd, passwrod, pasword, pssword, contrasenya, passw, pass word, pass phrase, pass-phrase, codeword, code word, memorable word, security word, secret word, secret answer,
    security answer, memorable information, ww, phrase secrète, phrase de passe, code d'accès, zugangscode, losungswort, código de acceso, codice di accesso, passwort*, passwörter, passphrase, passcode, passord*, pass, pw, pwd, psw, kennwort*, mot de passe,
    mots de passe, motdepasse, mdp, contraseña*, contrasena*, clave, claves, senha, senhas, palavra-passe, palavra passe, wachtwoord*, parola, parola d'ordine, parolă, lozink*, zaporka, geslo, slaptažodis, mật khẩu, kata sandi, hasło, haslo,
    hasła, hasłem, lösenord*, kodeord*, adgangskode*, salasana*, şifre*, heslo, hesla, heslem, jelszó, jelszav*, κωδικ*, пароль,
    пароля, паролем, סיסמה, पासवर्ड`,
  anywhere: '密码, 密碼, パスワード, 비밀번호, كلمة المرور, كلمة السر, סיסמ',
}
export const passwordWord = wordPattern(passwordWords)

/** Words for a password in names of programs: `dbPassword`, `DB_PWD`. For one word of a name, in lower case. */
export const passwordName =
  /pass(?:w(?:or)?d|wort|phrase|code)|^(?:pass|pwd|pw|psw|m?pin)$|pwd$|clave|contras|senha|kennwort|wachtwoord|has[lł]o|heslo|lösenord/

/** Words for other secrets in such names. */
export const secretNames = wordSet(
  `secret secrets geheimnis token jwt apikey apitoken apisecret authkey secretkey privatekey accesskey authtoken accesstoken
  refreshtoken clientsecret bearer credential credentials cred creds totp otp`,
)

/** Settings of connection strings whose value is secret. */
export const secretSettings =
  'password|passwd|pass|pwd|accountkey|sharedaccesskey|sharedaccesssignature|accesskey|secret|client ?secret|api ?key|token'

/** Words for a key in languages other than English. */
export const foreignKeyWords =
  'schlüssel, zugangsschlüssel, clé, clave, llave, chave, chiave, sleutel, klucz, nyckel, ключ, токен'

/** Words in such names whose value is secret only if it looks like a key. */
export const keyLikeNames = wordSet(
  `key keys tokens authorization auth sid session sess sessionid jsessionid phpsessid cookie signature sig salt seed webhook dsn clau
  ${foreignKeyWords.replaceAll(',', '')}`,
)

/** Words for a key or token in sentences. */
export const keyWords =
  "api-schlüssel, api schlüssel, api-sleutel, api sleutel, api-nyckel, clé api, clé d'api, clave api, clave de api, llave api, chave api, chave de api, chiave api, klucz api, clé secrète, clave secreta, chiave segreta, chave secreta, tajny klucz, key, keys, token, tokens, secret, secrets, credential, credentials, bearer, basic, apikey, auth, reset, otp"

const qualifiersInNames = 'api, access, private, encryption, signing'
/** Before the word key they say that it gives access, also in names of programs. */
export const accessQualifiers = wordSet(qualifiersInNames.replaceAll(',', ''))
/** Words that may be before a word for a key in sentences. */
export const keyQualifiers = `${qualifiersInNames}, app, secret, auth, client, consumer, bearer, session, refresh, id, master, webhook, service, deploy, security, shared,
  aws, azure, bot, user`

/** Before the word key they say that it is the key of a row, a message or a partition, or a published one. */
export const nonSecretKeys =
  'idempotency, primary, foreign, public, partition, sort, cache, object, message, deduplication'
/** Words in names of programs whose value is not secret, whatever the other words are. */
export const nonSecretNames = wordSet(
  `${nonSecretKeys.replaceAll(',', '')} page next cursor continuation sync row routing max min usage budget symbol address contract
  fingerprint`,
)
/** Last words of names whose value is something about a secret, not the secret. */
export const metadataSuffixes = wordSet(
  `type length len count counts limit ttl expiry expires expiration expired policy hint header prefix format url uri endpoint
  path file field name names user username required error status version total`,
)

/** Words for a PIN, a passcode or a code that was sent. */
export const codeWords = `pin, pin code, pin number, pin-code, pin nummer, pin nr, pin no, mpin, tpin, atm pin,
    passcode, pass code, otp, otp code, one-time code, one time code, one-time password, one time password, verification code, 2fa code,
    mfa code, security pin, unlock code, access code, door code, gate code, alarm code, entry code, login code, backup code, recovery code, telefon-pin, phone pin, trading pin, pin-nummer, pincode, geheimzahl, codice segreto,
    código secreto, codigo secreto, code confidentiel, code d'accès, geheimcode, zugangscode, pinkode, pin-kode, pinkod, pin-kod, kod pin,
    numer pin, пин, пин-код, puk, clave de acceso, code secret, código pin, codice pin, código de verificación, code de vérification, bestätigungscode, 暗証番号, sms code, my code, mon code, mein code, mi código, il mio codice, mijn code, meu código, kod sms, code sms, sms-code, código sms, codice sms, codice otp, codice dispositivo, pin dispositivo, pin operativo, código de verificação, clave de firma, auth code, tan`

/** Words for the verification code of a card. */
export const cardCodeWords =
  'cvv, cvv2, cvc, cvc2, cvn, csc, security code, card code, card verification code, prüfziffer, prüfnummer, kartenprüfnummer, cryptogramme, cryptogramme visuel, crypto, código de seguridad, codice di sicurezza'

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(/\s+/))
}
