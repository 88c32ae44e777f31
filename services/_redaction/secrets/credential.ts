import type { Detector, Finding } from '../engine/kinds.ts'
import { findValueGroups, isAfterReferenceWord } from '../engine/matching.ts'
import { alternatives } from '../lexicon/words.ts'
import { isAfterDigestWord } from './unlabelled-secrets.ts'

const wordStart = '(?<![\\p{L}\\p{N}])'
const wordEnd = '(?![\\p{L}\\p{N}])'

const keyQualifiers =
  'api, app, access, secret, private, auth, client, consumer, bearer, session, refresh, id, signing, encryption, master, webhook, service, deploy, security, shared, aws, azure, bot, user'
const keys =
  "api-schlüssel, api schlüssel, api-sleutel, api sleutel, api-nyckel, clé api, clé d'api, clave api, clave de api, llave api, chave api, chave de api, chiave api, klucz api, clé secrète, clave secreta, chiave segreta, chave secreta, tajny klucz, key, keys, token, tokens, secret, secrets, credential, credentials, bearer, basic, apikey, auth, reset, otp"
/** Keys that are none: names of rows, messages and partitions. */
const nonSecretKeys = 'idempotency, primary, foreign, public, partition, sort, cache, object, message, deduplication'
const keyLinks = '(?:[ :=>_-]|(?:is|was|ist|est|es|to|è|é|of|id|sid|bearer|basic|hex|value)(?![A-Za-z0-9])){0,6}'
const key = new RegExp(
  `${wordStart}(?<!(?:${alternatives(nonSecretKeys)})[ _-])(?:(?:${alternatives(keyQualifiers)})[ _-]?){0,3}(?:${alternatives(keys)})${wordEnd}(?:'s)?["'\`]?${keyLinks}["'\`]?(?<value>[A-Za-z0-9+/_=.~-]{12,2000})`,
  'giu',
)

/** Further from its word, or before it, a key must look like nothing else: hexadecimal, a UUID, base 32 or 64. */
const keyShape =
  '(?:[0-9a-f]{32,128}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Z2-7]{16,64}|(?=[\\w+/-]{0,30}[a-z])(?=[\\w+/-]{0,30}[A-Z])(?=[\\w+/-]{0,30}\\d)[\\w+/-]{20,128})'
const keyWord = `(?:api|access|secret|private|auth|client|signing|encryption|master|backup|setup|recovery|app)?[ _-]?(?:keys?|tokens?|secrets?|credentials?|apikey|schlüssel|zugangsschlüssel|clé|clave|llave|chave|chiave|sleutel|klucz|nyckel|ключ|токен)`
const distantKey = new RegExp(
  `${wordStart}(?<!(?:${alternatives(nonSecretKeys)})[ _-])${keyWord}${wordEnd}(?<gap>[^\\n.;!?\\0]{0,48}?(?:[:=>(]|'s|${wordStart}(?:is|was|are|ist|war|est|es|è|é|jest|to|är|er))["'\`]?\\s{1,2}["'\`]?)(?<value>${keyShape})(?![\\w+/-])`,
  'gu',
)
const keyBeforeWord = new RegExp(
  `(?<![\\w+/=.-])(?<value>${keyShape})(?=["'\`]?[^\\n.;!?\\0]{1,32}?${wordStart}(?:api|access|secret|private|auth|client)?[ _-]?(?:key|token|secret|apikey)${wordEnd})`,
  'gu',
)
const otherIdLabel =
  /hash|digest|checksum|sha|md5|fingerprint|commit|checkout|revision|revert|merge|order|trade|uuid|request|trace|correlation|session 0x|id$/i

const codes = `pin, pin code, pin number, pin-code, pin nummer, pin nr, pin no, mpin, tpin, atm pin,
    passcode, pass code, otp, otp code, one-time code, one time code, one-time password, one time password, verification code, 2fa code,
    mfa code, security pin, unlock code, access code, door code, gate code, alarm code, entry code, login code, backup code, recovery code, telefon-pin, phone pin, trading pin, pin-nummer, pincode, geheimzahl, codice segreto,
    código secreto, codigo secreto, code confidentiel, code d'accès, geheimcode, zugangscode, pinkode, pin-kode, pinkod, pin-kod, kod pin,
    numer pin, пин, пин-код, puk, clave de acceso, code secret, código pin, codice pin, código de verificación, code de vérification, bestätigungscode, 暗証番号, sms code, my code, mon code, mein code, mi código, il mio codice, mijn code, meu código, kod sms, code sms, sms-code, código sms, codice sms, codice otp, codice dispositivo, pin dispositivo, pin operativo, código de verificação, clave de firma, auth code, tan`
const codeLinks = '\\.?(?: (?:is|was|now|ist|est|es|of|for|to|my|card) ?){0,5}["\']?[ :=#-]{1,4}["\']?'
const code = new RegExp(
  `${wordStart}(?:${alternatives(codes)})${wordEnd}${codeLinks}(?<value>(?:[A-Z]-)?\\d{4,8}|\\d(?: \\d){3,7}(?! ?\\d)|\\d{3}[ -]\\d{3}(?! \\d))(?![\\p{L}\\p{N}]|[.,:/-]\\d| ?[%€$])`,
  'giu',
)
/** A sentence may say what the code is for before it says the code. */
const codeInSentence = new RegExp(
  `${wordStart}(?:${alternatives(codes)})${wordEnd}[^\\d\\n.!?;$€£\\0]{0,60}?(?:[:=]|'s|c'est|${wordStart}(?:is|its|it's|was|ist|war|lautet|est|es|era|è|é|jest|to|är|er|are|foi|fue))["']? ["']?(?<value>\\d{4,8}|\\d{3}[ -]\\d{3}(?! \\d))(?![\\p{L}\\p{N}]|[.,:/-]\\d| ?[%€$]| (?:times|digits|days|characters|minutes|hours|attempts))`,
  'giu',
)
const backupCode = '(?=[A-Za-z-]{0,12}\\d)[A-Za-z0-9]{4,10}(?:-[A-Za-z0-9]{4,10}){0,9}'
const backupCodes = new RegExp(
  `(?:(?:backup|recovery|rescue|scratch|emergency) (?:codes?|keys?)|(?:2fa|mfa|two-factor|totp) (?:backup|recovery))[^\\n.;!?\\d]{0,30}?[ :=("'\\n]{1,3}(?<value>${backupCode}(?:[ ,\\n]{1,2}${backupCode}){0,11})(?![\\p{L}\\p{N}])`,
  'giu',
)
/** `My PIN for the app, 7741, stopped working` */
const codeBetweenCommas = new RegExp(
  `${wordStart}(?<!(?:error|promo|zip|postal|area|country|status|exit|currency) )(?:${alternatives(codes)}|code)${wordEnd}[^\\d\\n.!?;,\\0]{0,32}?, (?<value>\\d{4,8})(?=,(?!\\d))`,
  'giu',
)
/** Where it came from may be said after it. */
const codeWithSender =
  /(?<![\p{L}\p{N}])code(?:'s| is| was|:)? (?<value>\d{4,8})(?= (?:from|in|by|via) (?:(?:the|your|my|an?) )?(?:text|sms|message|e-?mail|app|authenticator))/giu
/** `It texted me 553201`. */
const textedCode = /(?<= texted (?:me|you|him|her|us) )(?<value>\d{4,8})(?![\p{L}\p{N}]|[.,:/-]\d)/gu
/** A code that came in a message. */
const sentCode =
  /(?<![\p{L}\p{N}])(?:the|your|a|this|my) (?:\w{1,10} )?code (?:[\w']{1,8} ){0,3}(?:texted|sent|messaged|emailed|received|got)(?:[^\d\n.!?;\0]{0,24}?(?:is|was|[:=]))["']? ["']?(?<value>\d{4,8})(?![\p{L}\p{N}]|[.,:/-]\d)/giu

const cardCodes =
  'cvv, cvv2, cvc, cvc2, cvn, csc, security code, card code, card verification code, prüfziffer, prüfnummer, kartenprüfnummer, cryptogramme, cryptogramme visuel, crypto, código de seguridad, codice di sicurezza'
const cardCode = new RegExp(
  `${wordStart}(?:${alternatives(cardCodes)})${wordEnd}[^\\d\\n]{0,24}?(?<value>\\d{3,4})(?![\\p{L}\\p{N}]|[.,]\\d)`,
  'giu',
)

/** `4539 1488 0343 6467|01/29|737` */
const codeAfterCard =
  /(?<=\d{4} ?[|,;/ ]{1,2}(?:exp(?:iry|ires)?:? )?(?:0[1-9]|1[0-2])[/|](?:20)?[2-4]\d ?[|,;/ ]{1,2})(?<value>\d{3,4})(?![\p{L}\p{N}]|[.,:/-]\d)/gu

const hint = new RegExp(
  `${alternatives(keys)}|${alternatives(codes)}|${alternatives(cardCodes)}|code|backup|recovery|schlüssel|clé|clave|llave|chave|chiave|sleutel|klucz|nyckel|ключ|токен`,
  'iu',
)

/** No key is shorter, and no code has fewer digits: most texts have neither, and need not be searched for their words. */
const keyLength = /[A-Za-z0-9+/_=.~-]{12}/
const threeDigits = /\d[ -]?\d[ -]?\d/

/** Keys and tokens, PINs and passcodes, card verification codes: what a word announces. */
export const credentials: Detector = function* (text) {
  if (/\d[/|]\d/.test(text)) yield* findValueGroups('secret', codeAfterCard, text)
  if (text.includes('texted')) yield* findValueGroups('secret', textedCode, text)
  if (!hint.test(text)) return
  if (keyLength.test(text)) yield* findKeys(text)
  if (/\d/.test(text)) yield* findValueGroups('secret', backupCodes, text)
  if (threeDigits.test(text)) yield* findCodes(text)
}

function* findKeys(text: string): Generator<Finding> {
  yield* findValueGroups('secret', key, text, isLabelledKey)
  yield* findValueGroups(
    'secret',
    distantKey,
    text,
    (value, found, at) =>
      isUnambiguousKey(value) &&
      !otherIdLabel.test(found.slice(0, -value.length).trim()) &&
      !isAfterReferenceWord(text, at) &&
      !isAfterDigestWord(text, at),
  )
  yield* findValueGroups(
    'secret',
    keyBeforeWord,
    text,
    (value, _found, at) =>
      isUnambiguousKey(value) &&
      !otherIdLabel.test(text.slice(Math.max(0, at - 24), at)) &&
      !isAfterDigestWord(text, at),
  )
}

function* findCodes(text: string): Generator<Finding> {
  yield* findValueGroups('secret', code, text, isCode)
  yield* findValueGroups('secret', codeInSentence, text, (_value, _found, at) => !isAfterReferenceWord(text, at))
  yield* findValueGroups('secret', sentCode, text)
  yield* findValueGroups('secret', codeWithSender, text)
  yield* findValueGroups('secret', codeBetweenCommas, text, isCode)
  yield* findValueGroups('secret', cardCode, text)
}

/** Six digits after pin code are a place in India; only codes that are sent come in two groups. */
const isCode = (value: string, found: string): boolean =>
  /^\d+$/.test(value)
    ? value.length !== 6 || !/pin[ -]?code/i.test(found)
    : !/^(?:[mt]?pin|atm pin|tan)(?!\p{L})/iu.test(found)

/** Letters and digits at once, as in no word; the shorter ones in both cases. Names made of words and numbers are none. */
function isLabelledKey(value: string): boolean {
  if (!/\d/.test(value) || !/[A-Za-z]/.test(value) || upsTrackingNumber.test(value)) return false
  if (value.length < 16) return /[a-z]/.test(value) && /[A-Z]/.test(value)
  return !/^(?:[A-Za-z]+|\d+)(?:[_.-](?:[A-Za-z]+|\d+))+$/.test(value)
}

/** UPS numbers its parcels so. */
const upsTrackingNumber = /^1Z[A-Z0-9]{16}$/
const isUnambiguousKey = (value: string): boolean =>
  /\d/.test(value) && /[A-Za-z]/.test(value) && !upsTrackingNumber.test(value)
