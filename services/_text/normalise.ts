/**
 * Lower case, letters and digits only, single spaces, Unicode compatibility forms unified (NFKC): texts that differ in case,
 * punctuation or spacing alone are equal.
 */
export function normaliseText(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}
