import { detect } from './detect.ts'
import type { Finding, Kind } from './kinds.ts'

/** How often each kind was found. */
export type Counts = Readonly<Partial<Record<Kind, number>>>

/** What is written for a value of a kind, such as `[email:3f9a1c2b04de]`. */
export type PseudonymOf = (kind: Kind, value: string) => string

export type Redacted = { readonly text: string; readonly counts: Counts }

/** A value that was announced by one that is now a pseudonym comes to light in a second look; there is never much to find in it. */
const looks = 4

/** Replaces what `detect` finds by pseudonyms. Redacting redacted text changes nothing. */
export function redact(text: string, pseudonymOf: PseudonymOf): Redacted {
  const counts: Partial<Record<Kind, number>> = {}
  let redacted = text
  for (let look = 0; look < looks; look++) {
    const findings = detect(redacted)
    if (findings.length === 0) break
    for (const { kind } of findings) counts[kind] = (counts[kind] ?? 0) + 1
    redacted = replaced(redacted, findings, pseudonymOf)
  }
  return { text: redacted, counts }
}

function replaced(text: string, findings: readonly Finding[], pseudonymOf: PseudonymOf): string {
  let result = ''
  let from = 0
  for (const { kind, start, end } of findings) {
    result += text.slice(from, start) + pseudonymOf(kind, text.slice(start, end))
    from = end
  }
  return result + text.slice(from)
}
