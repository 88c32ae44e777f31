import type { Redaction } from '#schemas/events.ts'
import { type Pseudonymizer, redactAll } from './redact.ts'
import { createTaggedStringRewriter } from './tagged-strings.ts'

type WithRedactions = { readonly redactions: readonly Redaction[] }

/**
 * Redacts events of a schema: the strings that it tags with a sensitivity, whatever their names; and counts what was found.
 * They are looked at together, since an argument or an answer repeats without its words what the question announces.
 */
export function createEventRedactor<E extends WithRedactions>(
  schema: object,
): (event: Omit<E, keyof WithRedactions>, pseudonymOf: Pseudonymizer) => E {
  const rewrite = createTaggedStringRewriter(schema)
  return (event, pseudonymOf) => {
    const originals: string[] = []
    rewrite(event, text => {
      originals.push(text)
      return text
    })
    const { texts, counts } = redactAll(originals, pseudonymOf)
    const redactions = Object.entries(counts).map(([kind, count]) => ({ kind, count }))
    if (redactions.length === 0) return { ...event, redactions } as unknown as E
    const rest = texts.values()
    return { ...rewrite(event, () => rest.next().value ?? ''), redactions } as unknown as E
  }
}
