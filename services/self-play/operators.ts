import type { Operator } from '#schemas/events.ts'
import type { Random } from '#statistics/random.ts'
import { functionWords } from '#text/function-words.ts'
import { type Slot, slotPositions, substitute } from './slots.ts'
import { synonymOf } from './synonyms.ts'
import { capitalized, neighbouringKey, pickRandom, splitClauses, splitPunctuation, type WordParts } from './words.ts'

/** What a question is varied with. */
export type QuestionMaterial = {
  readonly words: readonly string[]
  readonly slots: readonly Slot[]
  /** Other values seen, by kind of slot. */
  readonly values: (kind: string) => readonly string[]
  /** Other questions of the same family and tool. Text of other families would carry one family into another's split. */
  readonly kin: readonly string[]
}

/** A varied question; `replaced` where a slot got another value. */
export type Draft = { readonly question: string; readonly replaced?: { readonly from: string; readonly to: string } }

/** How a question can be varied without a language model; undefined where an operator finds nothing to do. */
export const operators: Readonly<Record<Operator, (material: QuestionMaterial, random: Random) => Draft | undefined>> =
  {
    slot: replaceSlotValue,
    synonym: replaceWithSynonym,
    recombine: recombineClauses,
    typo: addTypo,
    drop: dropWords,
    swap: swapWords,
  }

/** Left alone by `drop`: negations, question words, and the particles that make a verb another one. */
const meaningfulWords = `no not don didn isn won can cant cannot dont didnt isnt up out off over in on by from to into onto with
what whats why how when where which who whose anything something`
const droppable = new Set(functionWords).difference(new Set(meaningfulWords.split(/\s+/)))
/** Shorter questions have no word to spare. */
const minWords = 5
const minLetters = 5

function replaceSlotValue({ words, slots, values }: QuestionMaterial, random: Random): Draft | undefined {
  const chosen = pickRandom(
    slots.filter(({ kind }) => values(kind).length > 0),
    random,
  )
  const to =
    chosen &&
    pickRandom(
      values(chosen.kind).filter(value => value !== chosen.text),
      random,
    )
  if (!chosen || to === undefined) return undefined
  return { question: substitute(words, slots, chosen, to), replaced: { from: chosen.text, to } }
}

function replaceWithSynonym(material: QuestionMaterial, random: Random): Draft | undefined {
  return changeWord(
    material,
    random,
    ({ core }) => synonymOf(core) !== undefined,
    core => {
      const other = synonymOf(core) ?? core
      return /^\p{Lu}/u.test(core) ? capitalized(other) : other
    },
  )
}

/** A neighbouring key, a lost letter or two letters turned round, never the first: so people mistype (after EDA's noise). */
function addTypo(material: QuestionMaterial, random: Random): Draft | undefined {
  return changeWord(
    material,
    random,
    ({ core }) => core.length >= minLetters && /^[a-z]+$/i.test(core),
    core => {
      const at = 1 + Math.floor(random() * (core.length - 2))
      const [before, letter, next, after] = [
        core.slice(0, at),
        core.charAt(at),
        core.charAt(at + 1),
        core.slice(at + 2),
      ]
      return (
        pickRandom(
          [
            `${before}${neighbouringKey(letter, random)}${next}${after}`,
            `${before}${next}${after}`,
            `${before}${next}${letter}${after}`,
          ],
          random,
        ) ?? core
      )
    },
  )
}

/** Random deletion (Wei and Zou, EDA, 2019) of one word in six, of function words alone: the rest carries the meaning. */
function dropWords({ words, slots }: QuestionMaterial, random: Random): Draft | undefined {
  if (words.length < minWords) return undefined
  const kept = slotPositions(slots)
  const candidates = words.flatMap((word, at) =>
    !kept.has(at) && droppable.has(splitPunctuation(word).core.toLowerCase()) ? [at] : [],
  )
  const dropped = new Set<number>()
  for (let count = Math.ceil(words.length / 6); count > 0; count--) {
    const at = pickRandom(
      candidates.filter(candidate => !dropped.has(candidate)),
      random,
    )
    if (at !== undefined) dropped.add(at)
  }
  return dropped.size === 0 ? undefined : { question: words.filter((_word, at) => !dropped.has(at)).join(' ') }
}

/** Two neighbouring words change places (EDA's random swap, kept local). */
function swapWords({ words, slots }: QuestionMaterial, random: Random): Draft | undefined {
  if (words.length < minWords) return undefined
  const kept = slotPositions(slots)
  const at = pickRandom(
    words.flatMap((_word, first) =>
      first + 1 < words.length && !kept.has(first) && !kept.has(first + 1) ? [first] : [],
    ),
    random,
  )
  if (at === undefined) return undefined
  return { question: [...words.slice(0, at), words[at + 1], words[at], ...words.slice(at + 2)].join(' ') }
}

/** The question's own clauses in another order, or with a clause of its kin added. */
function recombineClauses({ words, kin }: QuestionMaterial, random: Random): Draft | undefined {
  const own = splitClauses(words.join(' '))
  const added = pickRandom(
    kin.flatMap(splitClauses).filter(clause => !own.includes(clause)),
    random,
  )
  if (own.length < 2 && added === undefined) return undefined
  const clauses = added === undefined ? [...own.slice(1), ...own.slice(0, 1)] : [...own, added]
  return {
    question: clauses
      .map((clause, at) => (at + 1 < clauses.length && !/[.?!]$/.test(clause) ? `${clause},` : clause))
      .join(' '),
  }
}

function changeWord(
  { words, slots }: QuestionMaterial,
  random: Random,
  canChange: (word: WordParts) => boolean,
  change: (core: string) => string,
): Draft | undefined {
  const kept = slotPositions(slots)
  const at = pickRandom(
    words.flatMap((word, position) => (!kept.has(position) && canChange(splitPunctuation(word)) ? [position] : [])),
    random,
  )
  if (at === undefined) return undefined
  const { before, core, after } = splitPunctuation(words[at] ?? '')
  return { question: words.with(at, `${before}${change(core)}${after}`).join(' ') }
}
