import { functionWords } from '#text/function-words.ts'

/** How often each word and pair of words occurs in a set of texts, once per text. */
export type PhraseCounts = { readonly texts: number; readonly counts: ReadonlyMap<string, number> }

const functionWordSet = new Set(functionWords)

/** Lower-case words of a text, in order. */
export function lowerCaseWords(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
}

/** Counts words and word pairs, each once per text; those made of function words only are left out. */
export function countPhrases(texts: readonly string[]): PhraseCounts {
  const counts = new Map<string, number>()
  for (const text of texts) {
    const words = lowerCaseWords(text)
    const phrases = new Set<string>()
    words.forEach((word, position) => {
      const next = words[position + 1]
      if (!functionWordSet.has(word)) phrases.add(word)
      if (next !== undefined && !(functionWordSet.has(word) && functionWordSet.has(next)))
        phrases.add(`${word} ${next}`)
    })
    for (const phrase of phrases) counts.set(phrase, (counts.get(phrase) ?? 0) + 1)
  }
  return { texts: texts.length, counts }
}

/** The counts of several sets of texts as one. */
export function mergeCounts(sets: readonly PhraseCounts[]): PhraseCounts {
  const counts = new Map<string, number>()
  for (const set of sets)
    for (const [phrase, count] of set.counts) counts.set(phrase, (counts.get(phrase) ?? 0) + count)
  return { texts: sets.reduce((sum, { texts }) => sum + texts, 0), counts }
}

/**
 * Phrases that distinguish one set of texts from another, most distinctive first: by the log odds ratio with a small prior,
 * divided by its standard deviation (Monroe, Colaresi and Quinn, "Fightin' Words", 2008). Positive scores only.
 */
export function distinctivePhrases(own: PhraseCounts, other: PhraseCounts): readonly string[] {
  const scored: { phrase: string; score: number }[] = []
  for (const [phrase, count] of own.counts) {
    const score = logOddsScore(count, own.texts, other.counts.get(phrase) ?? 0, other.texts)
    if (score > 0) scored.push({ phrase, score })
  }
  return scored
    .sort((left, right) => right.score - left.score || (left.phrase < right.phrase ? -1 : 1))
    .map(({ phrase }) => phrase)
}

/** How many standard deviations the odds of `count` in `texts` exceed those of `otherCount` in `otherTexts`. */
export function logOddsScore(count: number, texts: number, otherCount: number, otherTexts: number): number {
  const prior = 0.5
  const [hits, misses] = [count + prior, texts - count + prior]
  const [otherHits, otherMisses] = [otherCount + prior, otherTexts - otherCount + prior]
  const difference = Math.log(hits / misses) - Math.log(otherHits / otherMisses)
  return difference / Math.sqrt(1 / hits + 1 / misses + 1 / otherHits + 1 / otherMisses)
}
