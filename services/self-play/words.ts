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

/** Clauses of two words or more: sentences, split at commas and semicolons that a space follows. */
export function splitClauses(text: string): readonly string[] {
  return text.split(/(?<=[.?!])\s+|[,;]\s+(?:and |but |so )?/).filter(clause => /\w+\s+\w+/.test(clause))
}

/** A key beside that of a letter on an English keyboard; the letter itself where it is not on it. */
export function neighbouringKey(letter: string, random: Random): string {
  const row = keyboardRows.find(keys => keys.includes(letter.toLowerCase())) ?? letter
  const at = row.indexOf(letter.toLowerCase())
  const keys = [row.charAt(at - 1), row.charAt(at + 1)].filter(key => key !== '')
  return pickRandom(keys, random) ?? letter
}

export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** An item at random; undefined where there is none. The random number is drawn in either case. */
export function pickRandom<T>(from: readonly T[], random: Random): T | undefined {
  return from[Math.floor(random() * from.length)]
}
