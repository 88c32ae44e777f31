import type { Detector } from '../engine/kinds.ts'
import { findValueGroups } from '../engine/matching.ts'
import { isDescriptiveWord, mentionsPassword, passwordWord } from './labelled-passwords.ts'
import { stopWords } from './passphrases.ts'

const possessive =
  'my|our|his|her|the new|the old|new|old|mein|meine|dein|das neue|mon|notre|mi|la mia|il mio|mijn|moje|moim|minha|a minha|telephone|phone|trading|online|account|mit|mitt'
const filler = '(?: (?:for|to|on|für|pour|para|per|voor|do|zu)(?: \\p{L}{1,16}){1,3})'
const subjectWithPossessive = `(?<![\\p{L}\\p{N}])(?:(?:${possessive}) (?:[\\p{L}-]{1,14} )?(?:${passwordWord})${filler}?|(?:${passwordWord})${filler})`
const subjectAlone = `(?:${passwordWord})${filler}?`
/** Where the sentence ends or goes on to something else, as it does not within a description. */
const sentenceEnd = '(?=[.!]?(?:$|\\n)|[.!] \\p{Lu}|,| (?:but|and it|aber|mais|pero|ma|maar|ale|mas)(?!\\p{L}))'
/** How a language says what the password is, and how it would describe it: endings agree with the word password. */
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
).map(([subject, be, describes]) => ({
  pattern: new RegExp(`${subject}(?:${be}):? ["']?(?<value>\\p{L}{5,24})["']?${sentenceEnd}`, 'giu'),
  describes: new RegExp(describes, 'u'),
}))
/** Words that were agreed on, and passphrases: of one word or more. */
const agreedWord = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:pass ?phrase|passcode|(?:memorable|secret|safe|security|code) word|codeword|(?:security|secret)(?: question)? answer|answer to (?:my|the|your) (?:security|secret) question|maiden name|(?:phone|telephone) banking keyword|keyword|losungswort|phrase de passe|palabra clave)${filler}?(?:'s|:| (?:is|was|ist|est|es|è|é|to))["']? ["']?(?<value>\\p{L}{3,14}(?:[ -]\\p{L}{3,14}){0,7})(?=["']?(?:[.,;!)]|$|\\n))`,
  'giu',
)
/** `use correct-horse-battery as the password` */
const hyphenated = new RegExp(
  `(?<![\\p{L}\\p{N}-])(?<value>\\p{L}{3,14}(?:-\\p{L}{3,14}){2,7})(?= (?:as|for|als|comme|como|come|jako) (?:the |my |a |your |mein |das )?(?:${passwordWord}))|(?:${passwordWord}) (?:is|was|ist|est|es|è|é|jest|to):? (?<value>\\p{L}{3,14}(?:-\\p{L}{3,14}){2,7})(?![\\p{L}\\p{N}-])`,
  'giu',
)

/** Descriptions that do not end as such. */
const moreDescriptiveWords = new Set(
  `aside because better between complex crap different down dutch easier elsewhere english enough exactly french german greek funny
  great handy hello horrible just later literally longer lower lowercase mine newer nonsense nothing numbers older out public really
  rubbish safer secure sensitive shared short shorter simple sixteen eight twelve somehow something somewhere sorry strange strong
  stronger stupid super terrible there these tough tricky twelve upper uppercase visible weaker weird whatever years yours problem
  characters letters digits perfect random rejected hacked clear crazy silly legit valid wrongly
  pflicht mist quatsch unsinn müll okay geheim
  bloqué changé refusé trop pas bien toujours aussi encore vieux nouveau
  correcto goed juist fout verkeerd kwijt anders hetzelfde zwak sterk kort altijd nieuw oud lang weer nog geldig geheim leeg stuk weg
  podstawa klucz sprawa muito ainda sempre igual dalej zawsze teraz problem jakieś błąd fortsatt fel feil rett okej`.split(
    /\s+/,
  ),
)
const stopWordPattern = new RegExp(
  `(?<!\\p{L})(?:${stopWords}|is|to|of|on|in|by|at|no|a|one|two|case|only|factor|size|time|end)(?!\\p{L})`,
  'iu',
)
const agreedHint = /phrase|passcode|word|answer|question|maiden|clave/i
const threeWords = /\p{L}-\p{L}+-\p{L}/u

const isDescription = (word: string): boolean => isDescriptiveWord(word) || moreDescriptiveWords.has(word.toLowerCase())

/** Passwords that are plain words, where what stands there can be no description. */
export const plainWordPasswords: Detector = function* (text) {
  if (agreedHint.test(text)) yield* findValueGroups('secret', agreedWord, text, isAgreedWord)
  if (!mentionsPassword(text)) return
  for (const { pattern, describes } of languages)
    yield* findValueGroups('secret', pattern, text, word => !isDescription(word) && !describes.test(word))
  if (threeWords.test(text)) yield* findValueGroups('secret', hyphenated, text, value => !stopWordPattern.test(value))
}

/** One word, or a phrase that is no part of a sentence about it. */
function isAgreedWord(value: string): boolean {
  const words = value.split(/[ -]/)
  const [first = '', last = ''] = [words[0], words.at(-1)]
  return (
    words.length !== 2 &&
    !isDescription(first) &&
    !isDescription(last) &&
    !stopWordPattern.test(value) &&
    !/(?:ed|ing)$/.test(first)
  )
}
