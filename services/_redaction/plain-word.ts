import type { Detector, Finding } from './kinds.ts'
import { matches } from './matching.ts'
import { isSaid, passwordWord } from './password.ts'
import { grammar } from './phrase.ts'

const whose =
  'my|our|his|her|the new|the old|new|old|mein|meine|dein|das neue|mon|notre|mi|la mia|il mio|mijn|moje|moim|minha|a minha|mit|mitt'
const filler = '(?: (?:for|to|on|für|pour|para|per|voor|do|zu)(?: \\p{L}{1,16}){1,3})'
const owned = `(?<![\\p{L}\\p{N}])(?:(?:${whose}) (?:[\\p{L}-]{1,14} )?(?:${passwordWord})${filler}?|(?:${passwordWord})${filler})`
/** Where the sentence ends or goes on to something else, as it does not within a description. */
const over =
  '(?=[.!]?(?:$|\\n)|[.!] \\p{Lu}|,| (?:but|and it|aber|mais|pero|ma|maar|ale|mas)(?!\\p{L}))'
/** How a language says what the password is, and how its participles and adjectives end. */
const languages = [
  [
    "is|was|is now|'s",
    '(?:ed|ing|ly|[ai]ble|less|ful|ous|ive|ent|ant|[^aeiou]al|ic|est)$|^(?:ge|ver|ont|be)\\p{L}+(?:d|t|en)$|(?:baar|lijk)$',
  ],
  ['ist|war|lautet', '^(?:ge|ver|ab|zer|be|er|ent|zurück)\\p{L}+(?:t|en)$|(?:iert|ig|lich|bar|isch|haft|los|sam|iger|er)$'],
  ["est|était|c'est", '(?:ée?|able|ible|eux|if|ant|ent|ique|el)$'],
  ['es|era', '(?:[ai]d[oa]|[aeiou]ble|ente|ante|oso|osa|iva)$'],
  ['è|era', '(?:[aiu]t[oa]|bile|ente|ante|oso|osa|iva)$'],
  ['é|foi|era', '(?:[ai]d[oa]|vel|ente|ante|oso|osa|iva)$'],
  ['to|jest|było|brzmi', '(?:n[yae]|w[ya]|t[eya]|ło|ła|sze)$'],
  ['er|är|var', '(?:t|ad|lig|ig|en|isk)$'],
].map(([be, describes]) => ({
  pattern: new RegExp(`${owned} (?:${be}):? ["']?(?<value>\\p{L}{5,24})${over}`.replace(" (?:is|was|is now|'s)", "(?: is| was| is now|'s)"), 'giu'),
  describes: new RegExp(`${describes}`, 'iu'),
}))
/** Words that were agreed on, and passphrases: of one word or more. */
const agreed = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:pass ?phrase|passcode|(?:memorable|secret|safe|security|code) word|codeword|(?:security|secret) answer|maiden name|losungswort|phrase de passe|palabra clave)${filler}?(?:'s|:| (?:is|was|ist|est|es|è|é|to))["']? ["']?(?<value>\\p{L}{3,14}(?:[ -]\\p{L}{3,14}){0,7})(?=["']?(?:[.,;!)]|$|\\n))`,
  'giu',
)
/** `use correct-horse-battery as the password` */
const hyphenated = new RegExp(
  `(?<![\\p{L}\\p{N}-])(?<value>\\p{L}{3,14}(?:-\\p{L}{3,14}){2,7})(?= (?:as|for|als|comme|como|come|jako) (?:the |my |a |your |mein |das )?(?:${passwordWord}))|(?:${passwordWord}) (?:is|was|ist|est|es|è|é|jest|to):? (?<other>\\p{L}{3,14}(?:-\\p{L}{3,14}){2,7})(?![\\p{L}\\p{N}-])`,
  'giu',
)

/** Descriptions that do not end as such. */
const about = new Set(
  `aside because between complex correct crap different dumb dutch english enough exactly funny great handy hello horrible just literally
  longer lowercase mixed mine nonsense nothing okay public really rubbish shared short shorter simple somehow something somewhere sorry
  strange stupid super terrible tough totally twelve unclear unique unsure uppercase visible weird whatever years yours
  pflicht mist quatsch unsinn müll bekannt unbekannt anders sicher unsicher immer leider noch schon weg gleich dasselbe
  juste bonne mauvais mauvaise correcte faux fausse nouveau trop toujours mieux facile simple difficile
  correcta larga corta fuerte débil nueva vieja buena mala mejor fácil difícil siempre ahora
  giusta giusto corretta errata sbagliata uguale debole forte lunga sempre ancora
  goed juist fout onjuist verkeerd verlopen vergeten kwijt anders hetzelfde zwak sterk kort altijd
  dobre złe zły słabe silne długie krótkie stare nowe zawsze dalej takie teraz
  certa errada igual fraca forte longa curta sempre ainda`.split(/\s+/),
)

const sentence = new RegExp(`(?<!\\p{L})(?:${grammar}|is|to|of|on|in|by|at|no|a)(?!\\p{L})`, 'iu')
const hint = new RegExp(`${passwordWord}|word|answer|maiden|clave`, 'iu')

const isAbout = (word: string): boolean => isSaid(word) || about.has(word.toLowerCase())

/** Passwords that are plain words, where what stands there can be no description. */
export const plainWords: Detector = function* (text) {
  if (!hint.test(text)) return
  for (const { pattern, describes } of languages)
    yield* given(pattern, text, word => !isAbout(word) && !describes.test(word))
  yield* given(agreed, text, value => {
    const words = value.split(/[ -]/)
    const [first = '', last = ''] = [words[0], words.at(-1)]
    return words.length !== 2 && !isAbout(first) && !isAbout(last) && !sentence.test(value) && !/(?:ed|ing)$/.test(first)
  })
  yield* given(hyphenated, text, value => !sentence.test(value))
}

function* given(pattern: RegExp, text: string, accept: (value: string) => boolean): Generator<Finding> {
  for (const { 0: found, index, groups } of matches(pattern, text)) {
    const value = groups?.['value'] ?? groups?.['other'] ?? ''
    const start = index + found.length - value.length
    if (accept(value)) yield { kind: 'secret', start, end: start + value.length }
  }
}
