import type { Random } from '#statistics/random.ts'
import { mulberry32, shuffle } from '#statistics/random.ts'
import { featurize } from '#text/features.ts'
import { DESCRIPTION_SCALE } from '#text/nearest-tool.ts'
import type { GoldenExample } from '../model/example-index.ts'
import type { PlannerTool } from '../model/manifest.ts'
import { splitFamilies } from '../model/split-families.ts'
import type { Critic } from './description-critic.ts'
import { createDescriptionCritic } from './description-critic.ts'
import type { DescriptionGrader, GradedDescriptions } from './description-grader.ts'
import { createDescriptionGrader } from './description-grader.ts'

export type PromptSearchSettings = {
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

export const DEFAULT_PROMPT_SEARCH: PromptSearchSettings = {
  epochs: 5,
  fanOut: 12,
  keep: 4,
  edits: 5,
  maxWords: 40,
  seed: 1,
}

export type PromptSearchResult = {
  readonly tools: readonly PlannerTool[]
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
const MAX_ROWS = 4000
/** Successive halving (Jamieson and Talwalkar, 2016): shares of the search rows on which mutants compete in turn. */
const HALVING_SHARES = [0.25, 0.5, 1]

type SearchContext = {
  readonly grader: DescriptionGrader
  readonly critic: Critic
  /** Positions of all search rows, shuffled. */
  readonly rows: readonly number[]
  readonly random: Random
  readonly settings: PromptSearchSettings
}

/**
 * The prompt rung: a beam search that edits the tools' descriptions. Each epoch critiques what fails, makes mutants of
 * the survivors by adding telling phrases of the gold questions or dropping misleading words, and keeps the best; the
 * choice among the last survivors and the given descriptions is made on held families. Rows of unknown tools are
 * ignored. Same input, same result. Throws RangeError if no row is left to search or to hold.
 */
export function searchPrompt(
  tools: readonly PlannerTool[],
  examples: readonly GoldenExample[],
  settings: PromptSearchSettings = DEFAULT_PROMPT_SEARCH,
): PromptSearchResult {
  const known = examples.filter(({ tool }) => tools.some(({ name }) => name === tool))
  const rowsUsed = splitFamilies(known, MAX_ROWS / known.length, 'prompt-search/rows/v1').held
  const { rest, held } = splitFamilies(rowsUsed, HELD_SHARE, 'prompt-search/v1')
  if (rest.length === 0 || held.length === 0)
    throw new RangeError('prompt search needs rows on both sides of the split')
  const random = mulberry32(settings.seed)
  const grader = createDescriptionGrader(toVectorRows(rest, tools), DESCRIPTION_SCALE)
  const heldGrader = createDescriptionGrader(toVectorRows(held, tools), DESCRIPTION_SCALE)
  const critic = createDescriptionCritic(tools, rest, settings.maxWords)
  const arena = { grader, critic, rows: shuffle([...rest.keys()], random), random, settings }
  const baseDescriptions = grader.grade(tools.map(({ description }) => description))
  let beam: readonly GradedDescriptions[] = [baseDescriptions]
  let mutants = 0
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    const parents = beam
    const offspring = Array.from({ length: settings.fanOut }, (_, at) =>
      mutate(parents[at % parents.length] ?? baseDescriptions, arena),
    )
    mutants += offspring.length
    beam = successiveHalving([...parents, ...offspring], arena)
  }
  const finalists = [baseDescriptions, ...beam].map(graded => heldGrader.grade(graded.descriptions))
  const scores = finalists.map(graded => heldGrader.accuracy(graded))
  const best = scores.indexOf(Math.max(...scores))
  const chosen = finalists[best] ?? baseDescriptions
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
function mutate(
  parent: GradedDescriptions,
  { grader, critic, rows, random, settings }: SearchContext,
): GradedDescriptions {
  const half = rows.filter(() => random() < 0.5)
  const critique = critic.critique(grader.predictions(parent))
  let mutant = parent
  let quality = grader.meanGoldProbability(mutant, half)
  for (const tool of shuffle(critique.failing, random)) {
    for (let edit = 0; edit < settings.edits; edit++) {
      const description = critique.propose(tool, mutant.descriptions[tool] ?? '', random)
      if (description === undefined) break
      const tried = grader.gradeReplacement(mutant, tool, description)
      const triedQuality = grader.meanGoldProbability(tried, half)
      if (triedQuality > quality) [mutant, quality] = [tried, triedQuality]
    }
  }
  return mutant
}

/** The best `keep` after rounds on ever more rows, each round dropping the worse half: bad mutants cost little. */
function successiveHalving(
  candidates: readonly GradedDescriptions[],
  { grader, rows, settings }: SearchContext,
): readonly GradedDescriptions[] {
  return HALVING_SHARES.reduce<readonly GradedDescriptions[]>((left, share) => {
    const some = rows.slice(0, Math.ceil(rows.length * share))
    const scored = left.map(graded => ({ graded, quality: grader.meanGoldProbability(graded, some) }))
    const survivors = share === 1 ? settings.keep : Math.max(settings.keep, Math.ceil(left.length / 2))
    return scored
      .sort((a, b) => b.quality - a.quality)
      .slice(0, survivors)
      .map(({ graded }) => graded)
  }, candidates)
}

function toVectorRows(examples: readonly GoldenExample[], tools: readonly PlannerTool[]) {
  const positions = new Map(tools.map(({ name }, at) => [name, at]))
  return examples.map(({ tool, question, earlier }) => ({
    vector: featurize(question, earlier),
    tool: positions.get(tool) ?? 0,
  }))
}
