import { at } from '#runtime/core/checked.ts'
import type { Detector } from '../engine/kinds.ts'
import { findValueGroups } from '../engine/matching.ts'
import { isDescription, stopWords } from '../lexicon/common-words.ts'
import { wordStart } from '../lexicon/pattern.ts'
import { passwordWord } from '../lexicon/secret-words.ts'

const possessive =
  'my|our|his|her|the new|the old|new|old|mein|meine|dein|das neue|mon|notre|mi|la mia|il mio|mijn|moje|moim|minha|a minha|telephone|phone|trading|online|account|mit|mitt'
const filler = '(?: (?:for|to|on|für|pour|para|per|voor|do|zu)(?: \\p{L}{1,16}){1,3})'
const subjectWithPossessive = `${wordStart}(?:(?:${possessive}) (?:[\\p{L}-]{1,14} )?(?:${passwordWord})${filler}?|(?:${passwordWord})${filler})`
const subjectAlone = `(?:${passwordWord})${filler}?`
/** The end of the sentence or of its clause. A description would continue. */
const sentenceEnd = '(?=[.!]?(?:$|\\n)|[.!] \\p{Lu}|,| (?:but|and it|aber|mais|pero|ma|maar|ale|mas)(?!\\p{L}))'
/** By language: the verbs between a word for a password and the password, and the endings that adjectives and participles have there. */
const languages = (
  [
    [
      subjectWithPossessive,
      " is| was| is now|’s|'s",
      '(?:ed|ing|ly|[ai]ble|less|ful|ous|ive|ent|ant|[^aeiou]al|ic|est|[ae]te|ier)$|^(?:un|in|im|dis|non|over)|^(?:ge|ver|on|ont|be)\\p{L}+(?:d|t|en|ig|lijk)$|(?:baar|lijk|[dl]ig)$',
    ],
    [subjectAlone, ' ist| war| lautet', '^\\p{Ll}'],
    [subjectWithPossessive, " est| était| c'est", '(?:[eé]|é?s|x|[bmt]al|ai[ns]|ant|ent|if|el|[oe]rt|urt|long|bon)$'],
    [subjectWithPossessive, ' es| era| è| foi| é', '(?:[ae]|vel|ad[oa]|id[oa]|[aiu]t[oa]|al)$'],
    [subjectAlone, ' to| brzmi', '[eo]$'],
    [subjectWithPossessive, ' er| är| var', '(?:[ae][td]|lig|ig|en|isk)$'],
  ] as const
).map(([subject, verbs, endings]) => ({
  pattern: new RegExp(`${subject}(?:${verbs}):? ["']?(?<value>\\p{L}{5,24})["']?${sentenceEnd}`, 'giu'),
  descriptionEnding: new RegExp(endings, 'u'),
}))
/** Agreed words, answers to security questions, and passphrases: one word or more. */
const agreedWord = new RegExp(
  `${wordStart}(?:pass ?phrase|passcode|(?:memorable|secret|safe|security|code) word|codeword|(?:security|secret)(?: question)? answer|answer to (?:my|the|your) (?:security|secret) question|maiden name|(?:phone|telephone) banking keyword|keyword|losungswort|phrase de passe|palabra clave)${filler}?(?:'s|:| (?:is|was|ist|est|es|è|é|to))["']? ["']?(?<value>\\p{L}{3,14}(?:[ -]\\p{L}{3,14}){0,7})(?=["']?(?:[.,;!)]|$|\\n))`,
  'giu',
)
/** `use correct-horse-battery as the password` */
const hyphenated = new RegExp(
  `(?<![\\p{L}\\p{N}-])(?<value>\\p{L}{3,14}(?:-\\p{L}{3,14}){2,7})(?= (?:as|for|als|comme|como|come|jako) (?:the |my |a |your |mein |das )?(?:${passwordWord}))|(?:${passwordWord}) (?:is|was|ist|est|es|è|é|jest|to):? (?<value>\\p{L}{3,14}(?:-\\p{L}{3,14}){2,7})(?![\\p{L}\\p{N}-])`,
  'giu',
)

/** Words that show that a phrase is part of a sentence. */
const stopWordPattern = new RegExp(
  `(?<!\\p{L})(?:${stopWords}|is|to|of|on|in|by|at|no|a|one|two|case|only|factor|size|time|end)(?!\\p{L})`,
  'iu',
)
const agreedHint = /phrase|passcode|word|answer|question|maiden|clave/i
const threeWords = /\p{L}-\p{L}+-\p{L}/u

/** Passwords that are plain words, where neither the word nor its ending fits a description; for texts with a word for a password. */
export const plainWordPasswords: Detector = function* (text) {
  for (const { pattern, descriptionEnding } of languages)
    yield* findValueGroups('secret', pattern, text, word => !isDescription(word) && !descriptionEnding.test(word))
  if (threeWords.test(text)) yield* findValueGroups('secret', hyphenated, text, value => !stopWordPattern.test(value))
}

/** Words that a customer and a company have agreed on. */
export const agreedWords: Detector = function* (text) {
  if (agreedHint.test(text)) yield* findValueGroups('secret', agreedWord, text, isAgreedWord)
}

/** One word, or a phrase that is no part of a sentence. */
function isAgreedWord(value: string): boolean {
  const words = value.split(/[ -]/)
  const [first, last] = [at(words, 0), at(words, words.length - 1)]
  return (
    words.length !== 2 &&
    !isDescription(first) &&
    !isDescription(last) &&
    !stopWordPattern.test(value) &&
    !/(?:ed|ing)$/.test(first)
  )
}
