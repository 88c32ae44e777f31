import { hashFraction } from '#runtime/core/identity.ts'

/**
 * Splits rows by family, never within one: a family is held if its hash, under the label, is below `share`. The same label and
 * family always fall on the same side, whatever other rows there are.
 */
export function splitFamilies<T extends { readonly family: string }>(
  rows: readonly T[],
  share: number,
  label: string,
): { readonly rest: readonly T[]; readonly held: readonly T[] } {
  const rest: T[] = []
  const held: T[] = []
  for (const row of rows) (hashFraction(label, row.family) < share ? held : rest).push(row)
  return { rest, held }
}

/**
 * The rows that a search over descriptions works with, and those of families it never sees. Whatever is chosen after a prompt
 * search is chosen on `held`: on the others tuned descriptions look better than they are.
 */
export function splitForPromptSearch<T extends { readonly family: string }>(rows: readonly T[]) {
  return splitFamilies(rows, 0.25, 'prompt-search/v2')
}
