/**
 * Words in lower case, separated by commas; `*` stands for any ending. `anywhere` holds those of scripts that put no blanks
 * between words.
 */
export type WordList = { readonly words: string; readonly anywhere: string }

/** No letter or digit before, and none after. */
export const wordStart = '(?<![\\p{L}\\p{N}])'
export const wordEnd = '(?![\\p{L}\\p{N}])'

/** A pattern of alternatives, the longest first. */
export function alternatives(words: string): string {
  return words
    .split(',')
    .map(word => word.trim())
    .toSorted((a, b) => b.length - a.length)
    .map(word => RegExp.escape(word).replace('\\*', '\\p{L}*').replaceAll('\\x20', ' '))
    .join('|')
}

/** A pattern of one of the words as a whole word. A group of a UUID is no word. */
export const wordPattern = ({ words, anywhere }: WordList): string =>
  `(?<![\\p{L}\\p{N}]|[0-9a-f]{4}-)(?:${alternatives(words)})(?!\\p{L})|${alternatives(anywhere)}`
