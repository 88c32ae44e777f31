import { at, requiredValue } from '#runtime/core/checked.ts'
import { workerTask } from '#runtime/core/worker-task.ts'
import { argMax } from '#statistics/argmax.ts'
import { mulberry32, type Random, shuffle } from '#statistics/random.ts'
import { featurize } from '#text/features.ts'
import { DESCRIPTION_SCALE } from '#text/nearest-tool.ts'
import type { TooFewRows } from '../../tuning.ts'
import type { GoldenExample } from '../model/example-index.ts'
import type { LinearTool } from '../model/manifest.ts'
import { splitFamilies, splitForPromptSearch } from '../model/split-families.ts'
import { type Critic, createDescriptionCritic } from './description-critic.ts'
import { createDescriptionGrader, type DescriptionGrader, type GradedDescriptions } from './description-grader.ts'

export type PromptSearchSettings = {
  readonly epochs: number
  /** Mutants made in each epoch. */
  readonly fanOut: number
  /** Candidates kept after an epoch, parents included. */
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
  readonly outcome: 'tuned'
  readonly tools: readonly LinearTool[]
  /** Accuracy on the rows that the search worked with: too high, as it chose by them. */
  readonly searchScore: number
  /** Accuracy on families that the search never saw. It chose among at most `keep` + 1 finalists. */
  readonly heldScore: number
  readonly mutants: number
}

/** More rows would cost time and change little: descriptions have few words. */
const MAX_ROWS = 4000
/** Successive halving (Jamieson and Talwalkar, 2016): shares of the search rows on which candidates compete in turn. */
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
 * The prompt rung: a beam search that edits the tools' descriptions. Each epoch critiques what fails, makes mutants of the kept
 * candidates by adding distinctive phrases of the gold questions or dropping misleading words, and keeps the best; the choice
 * among the last ones kept and the given descriptions is made on held families. Rows of unknown tools are ignored. The same input
 * gives the same result.
 */
export function searchPrompt(
  tools: readonly LinearTool[],
  examples: readonly GoldenExample[],
  settings: PromptSearchSettings = DEFAULT_PROMPT_SEARCH,
): PromptSearchResult | TooFewRows {
  const positions = new Map(tools.map(({ name }, position) => [name, position]))
  const known = examples.filter(({ tool }) => positions.has(tool))
  const used = splitFamilies(known, MAX_ROWS / known.length, 'prompt-search/rows/v2').held
  const { rest, held } = splitForPromptSearch(used)
  if (rest.length === 0 || held.length === 0)
    return {
      outcome: 'tooFewRows',
      reason: `of ${used.length} rows, ${rest.length} are of families to search with and ${held.length} of held families: both must have some`,
    }
  const random = mulberry32(settings.seed)
  const grader = createDescriptionGrader(toVectorRows(rest, positions), DESCRIPTION_SCALE)
  const heldGrader = createDescriptionGrader(toVectorRows(held, positions), DESCRIPTION_SCALE)
  const critic = createDescriptionCritic(tools, rest, settings.maxWords)
  const context = { grader, critic, rows: shuffle([...rest.keys()], random), random, settings }
  const given = grader.grade(tools.map(({ description }) => description))
  let kept: readonly GradedDescriptions[] = [given]
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    const parents = kept
    const mutants = Array.from({ length: settings.fanOut }, (_, mutant) =>
      mutate(at(parents, mutant % parents.length), context),
    )
    kept = successiveHalving([...parents, ...mutants], context)
  }
  const finalists = [given, ...kept].map(({ descriptions }) => heldGrader.grade(descriptions))
  const scores = finalists.map(graded => heldGrader.accuracy(graded))
  const best = argMax(scores)
  const { descriptions } = at(finalists, best)
  return {
    outcome: 'tuned',
    tools: tools.map(({ name }, tool) => ({ name, description: at(descriptions, tool) })),
    searchScore: grader.accuracy(grader.grade(descriptions)),
    heldScore: at(scores, best),
    mutants: settings.epochs * settings.fanOut,
  }
}

/** A copy with edits, each kept only if the mean over a random half of the rows rises: every mutant has its own half, so mutants differ. */
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
      const description = critique.propose(tool, at(mutant.descriptions, tool), random)
      if (description === undefined) break
      const edited = grader.gradeReplacement(mutant, tool, description)
      const editedQuality = grader.meanGoldProbability(edited, half)
      if (editedQuality > quality) [mutant, quality] = [edited, editedQuality]
    }
  }
  return mutant
}

/** The best `keep` after rounds on more and more rows, each of which drops the worse half: bad mutants are graded on few rows. */
function successiveHalving(
  candidates: readonly GradedDescriptions[],
  { grader, rows, settings }: SearchContext,
): readonly GradedDescriptions[] {
  return HALVING_SHARES.reduce<readonly GradedDescriptions[]>((left, share) => {
    const some = rows.slice(0, Math.ceil(rows.length * share))
    const kept = share === 1 ? settings.keep : Math.max(settings.keep, Math.ceil(left.length / 2))
    return left
      .map(graded => ({ graded, quality: grader.meanGoldProbability(graded, some) }))
      .sort((a, b) => b.quality - a.quality)
      .slice(0, kept)
      .map(({ graded }) => graded)
  }, candidates)
}

function toVectorRows(examples: readonly GoldenExample[], positions: ReadonlyMap<string, number>) {
  return examples.map(({ tool, question, earlier }) => ({
    vector: featurize(question, earlier),
    tool: requiredValue(positions, tool),
  }))
}

/** For a worker thread. */
export const searchPromptTask = workerTask(import.meta.url, searchPrompt)
