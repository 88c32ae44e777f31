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
  for (const row of rows) (fnvFraction(`${label}/${row.family}`) < share ? held : rest).push(row)
  return { rest, held }
}

/**
 * The rows that a search over descriptions works with, and those of families it never sees. Whatever is chosen after a prompt
 * search is chosen on `held`: on the others tuned descriptions look better than they are.
 */
export function splitForPromptSearch<T extends { readonly family: string }>(rows: readonly T[]) {
  return splitFamilies(rows, 0.25, 'prompt-search/v1')
}

/**
 * A number in [0, 1) that depends on the text alone: FNV-1a, then the finaliser of MurmurHash3. It is not `hashFraction` of core:
 * that would put other families on each side, and change every candidate that a replay compares.
 */
function fnvFraction(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 4294967296
}
