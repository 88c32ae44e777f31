import { at } from '#runtime/core/checked.ts'
import { detectAll } from './detect.ts'
import type { Finding, RedactionKind } from './engine/kinds.ts'

/** How many values of each kind were found. */
export type KindCounts = Readonly<Partial<Record<RedactionKind, number>>>

/** What replaces a value of a kind, such as `[email:fadcbeeafbdcacfbedaf]`. */
export type Pseudonymizer = (kind: RedactionKind, value: string) => string

/** A pseudonym in place of one value can make another one recognisable, so the result is searched again. More passes find nothing. */
const maxPasses = 4

/** Replaces what `detect` finds in a text by pseudonyms. Redacting redacted text changes nothing. */
export function redact(
  text: string,
  pseudonymOf: Pseudonymizer,
): { readonly text: string; readonly counts: KindCounts } {
  const { texts, counts } = redactAll([text], pseudonymOf)
  return { text: at(texts, 0), counts }
}

/** As `redact`, for texts that belong together: a value that is found in one of them is replaced in the others too. */
export function redactAll(
  texts: readonly string[],
  pseudonymOf: Pseudonymizer,
): { readonly texts: readonly string[]; readonly counts: KindCounts } {
  const counts: Partial<Record<RedactionKind, number>> = {}
  let redacted = texts
  for (let pass = 0; pass < maxPasses; pass++) {
    const found = detectAll(redacted)
    if (found.every(findings => findings.length === 0)) break
    for (const { kind } of found.flat()) counts[kind] = (counts[kind] ?? 0) + 1
    redacted = redacted.map((text, index) => replaceFindings(text, at(found, index), pseudonymOf))
  }
  return { texts: redacted, counts }
}

function replaceFindings(text: string, findings: readonly Finding[], pseudonymOf: Pseudonymizer): string {
  let result = ''
  let from = 0
  for (const { kind, start, end } of findings) {
    result += text.slice(from, start) + pseudonymOf(kind, text.slice(start, end))
    from = end
  }
  return result + text.slice(from)
}
