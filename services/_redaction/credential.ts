import type { Detector, Finding } from './kinds.ts'
import { matches } from './matching.ts'
import { alternatives } from './words.ts'

const start = '(?<![\\p{L}\\p{N}])'
const end = '(?![\\p{L}\\p{N}])'

const owners =
  'api, app, access, secret, private, auth, client, consumer, bearer, session, refresh, id, signing, encryption, master, webhook, service, deploy, security, shared, aws, azure, bot, user'
const keys =
  'key, keys, token, tokens, secret, secrets, credential, credentials, bearer, basic, apikey, auth, reset, otp'
/** Keys that are none: names of rows, messages and partitions. */
const others = 'idempotency, primary, foreign, public, partition, sort, cache, object, message, deduplication'
const keyLinks = '(?:[ :=>_-]|(?:is|was|ist|est|es|of|sid|bearer|basic|hex|value) ){0,6}'
const key = new RegExp(
  `${start}(?<!(?:${alternatives(others)})[ _-])(?:(?:${alternatives(owners)})[ _-]?){0,3}(?:${alternatives(keys)})${end}["'\`]?${keyLinks}["'\`]?(?<value>[A-Za-z0-9+/_=.~-]{12,2000})`,
  'giu',
)

const codes =
  'pin, pin code, pin number, pin-code, pin nummer, pin nr, pin no, mpin, tpin, atm pin, passcode, pass code, otp, otp code, one-time code, one time code, one-time password, one time password, verification code, 2fa code, login code, sms code, my code, auth code, tan'
const codeLinks = '\\.?(?: (?:is|was|now|ist|est|es|of|for|to|my|the|this|card) ?){0,5}["\']?[ :=#-]{1,4}["\']?'
const code = new RegExp(
  `${start}(?:${alternatives(codes)})${end}${codeLinks}(?<value>\\d{4,8}|\\d{3}[ -]\\d{3}(?! \\d))(?![\\p{L}\\p{N}]|[.,:/-]\\d| ?[%€$])`,
  'giu',
)

const cardCodes =
  'cvv, cvv2, cvc, cvc2, cvn, csc, security code, card code, card verification code, prüfziffer, prüfnummer, kartenprüfnummer, cryptogramme, código de seguridad, codice di sicurezza'
const cardCode = new RegExp(
  `${start}(?:${alternatives(cardCodes)})${end}[^\\d\\n]{0,24}?(?<value>\\d{3,4})(?![\\p{L}\\p{N}]|[.,]\\d)`,
  'giu',
)

const wallet =
  /(?:seed|recovery|backup|mnemonic|secret)(?: ?(?:phrase|words?)){1,2}["':= ]{1,4}(?:(?:is|are|was) )?"?(?<value>(?:[a-z]{3,8} ){11,23}[a-z]{3,8})(?![a-z])/gi

const hint = new RegExp(`${alternatives(keys)}|${alternatives(codes)}|${alternatives(cardCodes)}|phrase|words`, 'iu')

/** Keys and tokens, PINs and passcodes, card verification codes, and the words of a wallet: what a word announces. */
export const credentials: Detector = function* (text) {
  if (!hint.test(text)) return
  yield* values(key, text, isKey)
  yield* values(code, text, isCode)
  yield* values(cardCode, text)
  yield* values(wallet, text)
}

/** The group `value` ends each pattern, so that its place follows from where the match ends. */
function* values(
  pattern: RegExp,
  text: string,
  accept: (value: string, found: string) => boolean = () => true,
): Generator<Finding> {
  for (const { 0: found, index, groups } of matches(pattern, text)) {
    const value = groups?.['value'] ?? ''
    const from = index + found.length - value.length
    if (accept(value, found)) yield { kind: 'secret', start: from, end: from + value.length }
  }
}

/** Six digits after pin code are a place in India; only codes that are sent come in two groups. */
const isCode = (value: string, found: string): boolean =>
  /^\d+$/.test(value)
    ? value.length !== 6 || !/pin[ -]?code/i.test(found)
    : !/^(?:[mt]?pin|atm pin|tan)(?!\p{L})/iu.test(found)

/** Letters and digits at once, as in no word; the shorter ones in both cases. Names made of words and numbers are none. */
function isKey(value: string): boolean {
  if (!/\d/.test(value) || !/[A-Za-z]/.test(value)) return false
  if (value.length < 16) return /[a-z]/.test(value) && /[A-Z]/.test(value)
  return !/^(?:[A-Za-z]+|\d+)(?:[_.-](?:[A-Za-z]+|\d+))+$/.test(value)
}
