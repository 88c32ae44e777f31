import { at, requiredValue } from '#runtime/core/checked.ts'
import type { Random } from '#statistics/random.ts'
import type { GoldenExample } from '../model/example-index.ts'
import type { LinearTool } from '../model/manifest.ts'
import {
  countPhrases,
  distinctivePhrases,
  logOddsScore,
  lowerCaseWords,
  mergeCounts,
  type PhraseCounts,
} from './phrases.ts'

export type Critique = {
  /** Positions of the tools that miss rows of their own or are planned for rows of others. */
  readonly failing: readonly number[]
  /** An edited description for a failing tool; undefined if there is nothing to propose. */
  propose(tool: number, description: string, random: Random): string | undefined
}

export type Critic = {
  /** Judges which predictions (tool positions, one per row) are wrong, and which tools are confused. */
  critique(predictions: readonly number[]): Critique
}

/** Additions are drawn from this many of the most distinctive phrases. */
const CANDIDATE_PHRASES = 12
const DROP_PROBABILITY = 0.25

/**
 * The offline substitute for a language model's critique: contrasts the gold questions of a failing tool with those of the tools
 * it is confused with, and proposes to add a phrase that distinguishes them or to drop a word that does not. All rows are of
 * known tools.
 */
export function createDescriptionCritic(
  tools: readonly LinearTool[],
  rows: readonly GoldenExample[],
  maxWords: number,
): Critic {
  const positions = new Map(tools.map(({ name }, position) => [name, position]))
  const gold = rows.map(({ tool }) => requiredValue(positions, tool))
  const counts = tools.map((_, tool) =>
    countPhrases(rows.filter((_, row) => gold[row] === tool).map(({ question }) => question)),
  )
  const everything = mergeCounts(counts)

  return {
    critique(predictions) {
      const confusions = tools.map(() => new Set<number>())
      for (const [row, predicted] of predictions.entries()) {
        const wanted = at(gold, row)
        if (predicted === wanted) continue
        at(confusions, wanted).add(predicted)
        at(confusions, predicted).add(wanted)
      }
      const contrasts = confusions.map((others, tool) => {
        const confused = mergeCounts([...others].map(other => at(counts, other)))
        return { confused, phrases: distinctivePhrases(at(counts, tool), confused.texts > 0 ? confused : everything) }
      })
      return {
        failing: confusions.flatMap((others, tool) => (others.size > 0 ? [tool] : [])),
        propose(tool, description, random) {
          const { confused, phrases } = at(contrasts, tool)
          const words = description.split(' ')
          if (words.length >= maxWords || (words.length > 1 && random() < DROP_PROBABILITY))
            return dropWeakWord(words, at(counts, tool), confused, random)
          const present = lowerCaseWords(description).join(' ')
          const missing = phrases.filter(phrase => !` ${present} `.includes(` ${phrase} `)).slice(0, CANDIDATE_PHRASES)
          const phrase = missing[Math.floor(random() * missing.length)]
          return phrase === undefined ? undefined : `${description.replace(/[.,;]$/, '')}, ${phrase}`
        },
      }
    },
  }
}

/** Without one of the two words that distinguish the tool's own questions least from those of the confused tools. */
function dropWeakWord(words: readonly string[], own: PhraseCounts, confused: PhraseCounts, random: Random): string {
  const weakest = words
    .map((word, position) => ({ position, score: wordScore(word, own, confused) }))
    .sort((left, right) => left.score - right.score)
    .slice(0, 2)
  const { position } = at(weakest, Math.floor(random() * weakest.length))
  return words.toSpliced(position, 1).join(' ').replace(/[,;]$/, '')
}

function wordScore(word: string, own: PhraseCounts, confused: PhraseCounts): number {
  const phrase = lowerCaseWords(word).join(' ')
  return logOddsScore(own.counts.get(phrase) ?? 0, own.texts, confused.counts.get(phrase) ?? 0, confused.texts)
}
