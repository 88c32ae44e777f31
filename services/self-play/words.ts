import type { Random } from '#statistics/random.ts'

const keyboardRows = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm']

export function splitWords(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}

/** A word with the punctuation around it. */
export type WordParts = { readonly before: string; readonly core: string; readonly after: string }

export function splitPunctuation(word: string): WordParts {
  const [, before = '', core = '', after = ''] = /^([^\p{L}\p{N}]*)(.*?)([^\p{L}\p{N}]*)$/u.exec(word) ?? []
  return { before, core, after }
}

/** Clauses of two words or more, by sentences and commas; a comma inside a figure separates nothing. */
export function splitClauses(text: string): readonly string[] {
  return text.split(/(?<=[.?!])\s+|[,;]\s+(?:and |but |so )?/).filter(clause => /\w+\s+\w+/.test(clause))
}

/** A key beside this one on an English keyboard. */
export function neighbouringKey(letter: string, random: Random): string {
  const row = keyboardRows.find(keys => keys.includes(letter.toLowerCase())) ?? letter
  const at = row.indexOf(letter.toLowerCase())
  return (
    pickRandom(
      [row.charAt(at - 1), row.charAt(at + 1)].filter(key => key !== ''),
      random,
    ) ?? letter
  )
}

export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

export function pickRandom<T>(from: readonly T[], random: Random): T | undefined {
  return from[Math.floor(random() * from.length)]
}
