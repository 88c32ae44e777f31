import { isAfterReferenceWord } from '../engine/context.ts'
import type { Detector } from '../engine/kinds.ts'
import { findValueGroups } from '../engine/matching.ts'
import { alternatives, wordEnd, wordStart } from '../lexicon/pattern.ts'
import { cardCodeWords, codeWords } from '../lexicon/secret-words.ts'

const codeLinks = '\\.?(?: (?:is|was|now|ist|est|es|of|for|to|my|card) ?){0,5}["\']?[ :=#-]{1,4}["\']?'
const labelledCode = new RegExp(
  `${wordStart}(?:${alternatives(codeWords)})${wordEnd}${codeLinks}(?<value>(?:[A-Z]-)?\\d{4,8}|\\d(?: \\d){3,7}(?! ?\\d)|\\d{3}[ -]\\d{3}(?! \\d))(?![\\p{L}\\p{N}]|[.,:/-]\\d| ?[%€$])`,
  'giu',
)
/** A sentence may say what the code is for before the code: `my pin for the app is 7741`. */
const codeInSentence = new RegExp(
  `${wordStart}(?:${alternatives(codeWords)})${wordEnd}[^\\d\\n.!?;$€£\\0]{0,60}?(?:[:=]|'s|c'est|${wordStart}(?:is|its|it's|was|ist|war|lautet|est|es|era|è|é|jest|to|är|er|are|foi|fue))["']? ["']?(?<value>\\d{4,8}|\\d{3}[ -]\\d{3}(?! \\d))(?![\\p{L}\\p{N}]|[.,:/-]\\d| ?[%€$]| (?:times|digits|days|characters|minutes|hours|attempts))`,
  'giu',
)
const backupCode = '(?=[A-Za-z-]{0,12}\\d)[A-Za-z0-9]{4,10}(?:-[A-Za-z0-9]{4,10}){0,9}'
const backupCodes = new RegExp(
  `(?:(?:backup|recovery|rescue|scratch|emergency) (?:codes?|keys?)|(?:2fa|mfa|two-factor|totp) (?:backup|recovery))[^\\n.;!?\\d]{0,30}?[ :=("'\\n]{1,3}(?<value>${backupCode}(?:[ ,\\n]{1,2}${backupCode}){0,11})(?![\\p{L}\\p{N}])`,
  'giu',
)
/** `My PIN for the app, 7741, stopped working` */
const codeBetweenCommas = new RegExp(
  `${wordStart}(?<!(?:error|promo|zip|postal|area|country|status|exit|currency) )(?:${alternatives(codeWords)}|code)${wordEnd}[^\\d\\n.!?;,\\0]{0,32}?, (?<value>\\d{4,8})(?=,(?!\\d))`,
  'giu',
)
/** The sender may follow the code: `the code is 7741 from the app`. */
const codeWithSender =
  /(?<![\p{L}\p{N}])code(?:'s| is| was|:)? (?<value>\d{4,8})(?= (?:from|in|by|via) (?:(?:the|your|my|an?) )?(?:text|sms|message|e-?mail|app|authenticator))/giu
/** `It texted me 553201`. */
const textedCode = /(?<= texted (?:me|you|him|her|us) )(?<value>\d{4,8})(?![\p{L}\p{N}]|[.,:/-]\d)/gu
/** `The code you sent me is 553201` */
const sentCode =
  /(?<![\p{L}\p{N}])(?:the|your|a|this|my) (?:\w{1,10} )?code (?:[\w']{1,8} ){0,3}(?:texted|sent|messaged|emailed|received|got)(?:[^\d\n.!?;\0]{0,24}?(?:is|was|[:=]))["']? ["']?(?<value>\d{4,8})(?![\p{L}\p{N}]|[.,:/-]\d)/giu

const cardCode = new RegExp(
  `${wordStart}(?:${alternatives(cardCodeWords)})${wordEnd}[^\\d\\n]{0,24}?(?<value>\\d{3,4})(?![\\p{L}\\p{N}]|[.,]\\d)`,
  'giu',
)

/** `4539 1488 0343 6467|01/29|737` */
const codeAfterCard =
  /(?<=\d{4} ?[|,;/ ]{1,2}(?:exp(?:iry|ires)?:? )?(?:0[1-9]|1[0-2])[/|](?:20)?[2-4]\d ?[|,;/ ]{1,2})(?<value>\d{3,4})(?![\p{L}\p{N}]|[.,:/-]\d)/gu

const hint = new RegExp(
  `${alternatives(codeWords)}|${alternatives(cardCodeWords)}|code|backup|recovery|(?:rescue|scratch|emergency) key`,
  'iu',
)
/** Every code has three digits. Most texts have none, and need not be searched for the words. */
const threeDigits = /\d[ -]?\d[ -]?\d/

/** PINs, passcodes, codes that were sent, and card verification codes. */
export const labelledCodes: Detector = function* (text) {
  if (/\d[/|]\d/.test(text)) yield* findValueGroups('secret', codeAfterCard, text)
  if (text.includes('texted')) yield* findValueGroups('secret', textedCode, text)
  if (!/\d/.test(text) || !hint.test(text)) return
  yield* findValueGroups('secret', backupCodes, text)
  if (!threeDigits.test(text)) return
  yield* findValueGroups('secret', labelledCode, text, isCode)
  yield* findValueGroups('secret', codeInSentence, text, (_value, _found, start) => !isAfterReferenceWord(text, start))
  yield* findValueGroups('secret', sentCode, text)
  yield* findValueGroups('secret', codeWithSender, text)
  yield* findValueGroups('secret', codeBetweenCommas, text, isCode)
  yield* findValueGroups('secret', cardCode, text)
}

/** Six digits after pin code are a postal code of India. PINs and TANs have no groups, only codes that are sent have. */
const isCode = (value: string, found: string): boolean =>
  /^\d+$/.test(value)
    ? value.length !== 6 || !/pin[ -]?code/i.test(found)
    : !/^(?:[mt]?pin|atm pin|tan)(?!\p{L})/iu.test(found)
