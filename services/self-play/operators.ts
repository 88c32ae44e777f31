import { at } from '#runtime/core/checked.ts'
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
  /** Texts that may replace that of a slot, by its kind. */
  readonly replacements: (kind: string) => readonly string[]
  /** Other questions of the same family and tool. Text of another family could stand in the evaluation set. */
  readonly familyQuestions: readonly string[]
}

/** A variant before it is checked; `replaced` where a slot got another value. */
export type Draft = { readonly question: string; readonly replaced?: { readonly from: string; readonly to: string } }

/** The ways to vary a question without a language model. An operator answers undefined where it finds nothing to change. */
export const operators: Readonly<Record<Operator, (material: QuestionMaterial, random: Random) => Draft | undefined>> =
  {
    slot: replaceSlotValue,
    synonym: replaceWithSynonym,
    recombine: recombineClauses,
    typo: addTypo,
    drop: dropWords,
    swap: swapWords,
  }

/** Function words that `drop` keeps: negations, question words, and the particles of phrasal verbs ("top up"). */
const meaningfulWords = `no not don didn isn won can cant cannot dont didnt isnt up out off over in on by from to into onto with
what whats why how when where which who whose anything something`
const droppable = new Set(functionWords).difference(new Set(meaningfulWords.split(/\s+/)))
/** Shorter questions lose their meaning with a word, shorter words with a letter. */
const MIN_WORDS = 5
const MIN_LETTERS = 5

function replaceSlotValue({ words, slots, replacements }: QuestionMaterial, random: Random): Draft | undefined {
  const replaceable = slots.filter(({ kind }) => replacements(kind).length > 0)
  const slot = pickRandom(replaceable, random)
  if (slot === undefined) return undefined
  const others = replacements(slot.kind).filter(value => value !== slot.text)
  const to = pickRandom(others, random)
  if (to === undefined) return undefined
  return { question: substitute(words, slots, slot, to), replaced: { from: slot.text, to } }
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

/** A typing error in one word, never in its first letter: a neighbouring key, a missing letter or two letters swapped. */
function addTypo(material: QuestionMaterial, random: Random): Draft | undefined {
  return changeWord(
    material,
    random,
    ({ core }) => core.length >= MIN_LETTERS && /^[a-z]+$/i.test(core),
    core => {
      const place = 1 + Math.floor(random() * (core.length - 2))
      const [before, after] = [core.slice(0, place), core.slice(place + 2)]
      const [letter, next] = [core.charAt(place), core.charAt(place + 1)]
      const typos = [
        `${before}${neighbouringKey(letter, random)}${next}${after}`,
        `${before}${next}${after}`,
        `${before}${next}${letter}${after}`,
      ]
      return pickRandom(typos, random) ?? core
    },
  )
}

/** Random deletion (Wei and Zou, EDA, 2019), of function words only: one for every six words of the question. */
function dropWords({ words, slots }: QuestionMaterial, random: Random): Draft | undefined {
  if (words.length < MIN_WORDS) return undefined
  const kept = slotPositions(slots)
  const candidates = words.flatMap((word, position) =>
    !kept.has(position) && droppable.has(splitPunctuation(word).core.toLowerCase()) ? [position] : [],
  )
  const dropped = new Set<number>()
  for (let count = Math.ceil(words.length / 6); count > 0; count--) {
    const left = candidates.filter(candidate => !dropped.has(candidate))
    const position = pickRandom(left, random)
    if (position !== undefined) dropped.add(position)
  }
  if (dropped.size === 0) return undefined
  return { question: words.filter((_word, position) => !dropped.has(position)).join(' ') }
}

/** Two neighbouring words are swapped (EDA's random swap, of neighbours only). */
function swapWords({ words, slots }: QuestionMaterial, random: Random): Draft | undefined {
  if (words.length < MIN_WORDS) return undefined
  const kept = slotPositions(slots)
  const candidates = words.flatMap((_word, first) =>
    first + 1 < words.length && !kept.has(first) && !kept.has(first + 1) ? [first] : [],
  )
  const first = pickRandom(candidates, random)
  if (first === undefined) return undefined
  return {
    question: words
      .with(first, at(words, first + 1))
      .with(first + 1, at(words, first))
      .join(' '),
  }
}

/** The question's own clauses in another order, or with a clause of another question of its family added. */
function recombineClauses({ words, familyQuestions }: QuestionMaterial, random: Random): Draft | undefined {
  const own = splitClauses(words.join(' '))
  const others = familyQuestions.flatMap(splitClauses).filter(clause => !own.includes(clause))
  const added = pickRandom(others, random)
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
  const candidates = words.flatMap((word, position) =>
    !kept.has(position) && canChange(splitPunctuation(word)) ? [position] : [],
  )
  const position = pickRandom(candidates, random)
  if (position === undefined) return undefined
  const { before, core, after } = splitPunctuation(at(words, position))
  return { question: words.with(position, `${before}${change(core)}${after}`).join(' ') }
}
