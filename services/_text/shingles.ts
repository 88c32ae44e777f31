import { normaliseText } from './normalise.ts'

const SHINGLE_LENGTH = 5
const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/** FNV-1a hashes of the character 5-grams of a normalised text, with a space before and after it: ascending, each once. */
export function shingles(text: string): Uint32Array {
  const padded = ` ${normaliseText(text)} `
  const hashes = new Set<number>()
  for (let start = 0; start === 0 || start + SHINGLE_LENGTH <= padded.length; start++) {
    let hash = FNV_OFFSET
    const end = Math.min(padded.length, start + SHINGLE_LENGTH)
    for (let position = start; position < end; position++)
      hash = Math.imul(hash ^ padded.charCodeAt(position), FNV_PRIME)
    hashes.add(hash >>> 0)
  }
  return Uint32Array.from(hashes).sort()
}

/** The share of the union of two sets that both have (Broder, 1997). Both ascend. */
export function jaccard(left: Uint32Array, right: Uint32Array): number {
  let shared = 0
  let at = 0
  let other = 0
  while (at < left.length && other < right.length) {
    // Both positions are inside: the loop ends at the shorter one.
    const difference = (left[at] as number) - (right[other] as number)
    if (difference === 0) shared++
    if (difference <= 0) at++
    if (difference >= 0) other++
  }
  return shared / (left.length + right.length - shared)
}
