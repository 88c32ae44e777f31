import type { Random } from '#statistics/random.ts'
import type { GoldenExample } from '../model/example-index.ts'
import type { PlannerTool } from '../model/manifest.ts'
import type { PhraseCounts } from './phrases.ts'
import { countPhrases, distinctivePhrases, logOddsScore, lowerCaseWords, mergeCounts } from './phrases.ts'

export type Critique = {
  /** Tools that miss their own rows or take others', by position. */
  readonly failing: readonly number[]
  /** An edited description for the tool, or undefined if there is nothing to propose. */
  propose(tool: number, description: string, random: Random): string | undefined
}

export type Critic = {
  /** Judges which answers (tool positions, one per row) are wrong, and between which tools. */
  critique(answers: readonly number[]): Critique
}

/** Additions are drawn from this many of the most telling phrases. */
const CANDIDATE_PHRASES = 12
const DROP_PROBABILITY = 0.25

/**
 * The offline stand-in for a language model's critique: contrasts the gold questions of a failing tool with those of
 * the tools it is confused with, and proposes to add a phrase that tells them apart or to drop a word that does not.
 */
export function createDescriptionCritic(
  tools: readonly PlannerTool[],
  rows: readonly GoldenExample[],
  maxWords: number,
): Critic {
  const gold = rows.map(({ tool }) => tools.findIndex(({ name }) => name === tool))
  const counts = tools.map((_, tool) =>
    countPhrases(rows.filter((_, row) => gold[row] === tool).map(({ question }) => question)),
  )
  const none: PhraseCounts = { texts: 0, counts: new Map() }
  const everything = mergeCounts(counts)

  return {
    critique(answers) {
      const confusions = tools.map(() => new Set<number>())
      answers.forEach((answer, row) => {
        const wanted = gold[row] ?? 0
        if (answer === wanted) return
        confusions[wanted]?.add(answer)
        confusions[answer]?.add(wanted)
      })
      const telling = confusions.map((others, tool) => {
        const rivals = mergeCounts([...others].map(other => counts[other] ?? none))
        return { rivals, phrases: distinctivePhrases(counts[tool] ?? none, rivals.texts > 0 ? rivals : everything) }
      })
      return {
        failing: confusions.flatMap((others, tool) => (others.size > 0 ? [tool] : [])),
        propose(tool, description, random) {
          const { rivals, phrases } = telling[tool] ?? { rivals: none, phrases: [] }
          const own = counts[tool] ?? none
          const words = description.split(' ')
          if (words.length >= maxWords || (words.length > 1 && random() < DROP_PROBABILITY))
            return dropWeakWord(words, own, rivals, random)
          const said = lowerCaseWords(description).join(' ')
          const fresh = phrases.filter(phrase => !` ${said} `.includes(` ${phrase} `)).slice(0, CANDIDATE_PHRASES)
          const phrase = fresh[Math.floor(random() * fresh.length)]
          return phrase === undefined ? undefined : `${description.replace(/[.,;]$/, '')}, ${phrase}`
        },
      }
    },
  }
}

/** Without one of the two words that speak least for the tool's own questions against its rivals'. */
function dropWeakWord(words: readonly string[], own: PhraseCounts, rivals: PhraseCounts, random: Random): string {
  const worst = words
    .map((word, at) => ({ at, score: wordScore(word, own, rivals) }))
    .sort((left, right) => left.score - right.score)
  const at = worst[Math.floor(random() * Math.min(2, worst.length))]?.at ?? 0
  return words.toSpliced(at, 1).join(' ').replace(/[,;]$/, '')
}

function wordScore(word: string, own: PhraseCounts, rivals: PhraseCounts): number {
  const phrase = lowerCaseWords(word).join(' ')
  return logOddsScore(own.counts.get(phrase) ?? 0, own.texts, rivals.counts.get(phrase) ?? 0, rivals.texts)
}
