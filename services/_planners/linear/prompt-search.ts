import type { Random } from '#statistics/random.ts'
import { mulberry32, shuffle } from '#statistics/random.ts'
import { featurize } from '#text/features.ts'
import type { Critic } from './description-critic.ts'
import { descriptionCritic } from './description-critic.ts'
import type { DescriptionGrader, Graded } from './description-grader.ts'
import { descriptionGrader } from './description-grader.ts'
import type { Tool } from './manifest.ts'
import { BASE_SCALE } from './manifest.ts'
import type { Example } from './neighbours.ts'
import { splitFamilies } from './split.ts'

export type PromptSettings = {
  readonly epochs: number
  /** Mutants made in each epoch. */
  readonly fanOut: number
  /** Descriptions that survive an epoch, parents included. */
  readonly keep: number
  /** Edits proposed for each tool in each mutant. */
  readonly edits: number
  /** Longest description, in words: a prompt is paid for at every call. */
  readonly maxWords: number
  readonly seed: number
}

export const PROMPT_SETTINGS: PromptSettings = { epochs: 5, fanOut: 12, keep: 4, edits: 5, maxWords: 40, seed: 1 }

export type PromptSearch = {
  readonly tools: readonly Tool[]
  /** Accuracy on the rows that the search worked with: too high, as it chose by them. */
  readonly searchScore: number
  /** Accuracy on families that the search never saw. It chose among at most `keep` + 1 finalists. */
  readonly heldScore: number
  /** Accuracy of the given descriptions on the same held rows. */
  readonly baseHeldScore: number
  readonly heldRows: number
  readonly mutants: number
}

const HELD_SHARE = 0.25
/** More rows would cost time and change little: descriptions have few words. */
const ENOUGH_ROWS = 4000
/** Successive halving (Jamieson and Talwalkar, 2016): shares of the search rows on which mutants compete in turn. */
const RUNGS = [0.25, 0.5, 1]

type Arena = {
  readonly grader: DescriptionGrader
  readonly critic: Critic
  /** Positions of all search rows, shuffled. */
  readonly rows: readonly number[]
  readonly random: Random
  readonly settings: PromptSettings
}

/**
 * The prompt rung: a beam search that edits the tools' descriptions. Each epoch critiques what fails, makes mutants of
 * the survivors by adding telling phrases of the gold questions or dropping misleading words, and keeps the best; the
 * choice among the last survivors and the given descriptions is made on held families. Rows of unknown tools are
 * ignored. Same input, same result. Throws RangeError if no row is left to search or to hold.
 */
export function searchPrompt(
  tools: readonly Tool[],
  examples: readonly Example[],
  settings: PromptSettings = PROMPT_SETTINGS,
): PromptSearch {
  const known = examples.filter(({ tool }) => tools.some(({ name }) => name === tool))
  const enough = splitFamilies(known, ENOUGH_ROWS / known.length, 'prompt-search/rows/v1').held
  const { rest, held } = splitFamilies(enough, HELD_SHARE, 'prompt-search/v1')
  if (rest.length === 0 || held.length === 0)
    throw new RangeError('prompt search needs rows on both sides of the split')
  const random = mulberry32(settings.seed)
  const grader = descriptionGrader(rowsOf(rest, tools), BASE_SCALE)
  const judge = descriptionGrader(rowsOf(held, tools), BASE_SCALE)
  const critic = descriptionCritic(tools, rest, settings.maxWords)
  const arena = { grader, critic, rows: shuffle([...rest.keys()], random), random, settings }
  const given = grader.grade(tools.map(({ description }) => description))
  let beam: readonly Graded[] = [given]
  let mutants = 0
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    const parents = beam
    const born = Array.from({ length: settings.fanOut }, (_, at) =>
      mutate(parents[at % parents.length] ?? given, arena),
    )
    mutants += born.length
    beam = halve([...parents, ...born], arena)
  }
  const finalists = [given, ...beam].map(graded => judge.grade(graded.descriptions))
  const scores = finalists.map(graded => judge.accuracy(graded))
  const best = scores.indexOf(Math.max(...scores))
  const chosen = finalists[best] ?? given
  return {
    tools: tools.map(({ name }, at) => ({ name, description: chosen.descriptions[at] ?? '' })),
    searchScore: grader.accuracy(grader.grade(chosen.descriptions)),
    heldScore: scores[best] ?? 0,
    baseHeldScore: scores[0] ?? 0,
    heldRows: held.length,
    mutants,
  }
}

/** A copy with edits, each kept only if the whole agent gets better on a random half of the rows: its own, so mutants differ. */
function mutate(parent: Graded, { grader, critic, rows, random, settings }: Arena): Graded {
  const half = rows.filter(() => random() < 0.5)
  const critique = critic.critique(grader.answers(parent))
  let mutant = parent
  let quality = grader.quality(mutant, half)
  for (const tool of shuffle(critique.failing, random)) {
    for (let edit = 0; edit < settings.edits; edit++) {
      const description = critique.propose(tool, mutant.descriptions[tool] ?? '', random)
      if (description === undefined) break
      const tried = grader.replace(mutant, tool, description)
      const triedQuality = grader.quality(tried, half)
      if (triedQuality > quality) [mutant, quality] = [tried, triedQuality]
    }
  }
  return mutant
}

/** The best `keep` after rounds on ever more rows, each round dropping the worse half: bad mutants cost little. */
function halve(candidates: readonly Graded[], { grader, rows, settings }: Arena): readonly Graded[] {
  return RUNGS.reduce<readonly Graded[]>((left, share) => {
    const some = rows.slice(0, Math.ceil(rows.length * share))
    const scored = left.map(graded => ({ graded, quality: grader.quality(graded, some) }))
    const survivors = share === 1 ? settings.keep : Math.max(settings.keep, Math.ceil(left.length / 2))
    return scored
      .sort((a, b) => b.quality - a.quality)
      .slice(0, survivors)
      .map(({ graded }) => graded)
  }, candidates)
}

function rowsOf(examples: readonly Example[], tools: readonly Tool[]) {
  const positions = new Map(tools.map(({ name }, at) => [name, at]))
  return examples.map(({ tool, question, earlier }) => ({
    vector: featurize(question, earlier),
    tool: positions.get(tool) ?? 0,
  }))
}
