/**
 * Splits rows by family, never within one: a family is on the second side if its hash, under the label, is below
 * `share`. The same label and family always fall on the same side, whatever other rows there are.
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

/** A number in [0, 1) that depends on the text alone: FNV-1a, then the finaliser of MurmurHash3. */
function fnvFraction(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 4294967296
}
