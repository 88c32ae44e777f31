import { taggedStrings } from '#redaction/fields.ts'
import { type PseudonymOf, redact } from '#redaction/redact.ts'
import type { Redaction } from '#schemas/events.ts'

type Redacted = { readonly redactions: readonly Redaction[] }

/** Redacts events of a schema: the strings that it tags with a sensitivity, whatever their names; and counts what was found. */
export function redaction<E extends Redacted>(
  schema: object,
): (event: Omit<E, keyof Redacted>, pseudonymOf: PseudonymOf) => E {
  const rewrite = taggedStrings(schema)
  return (event, pseudonymOf) => {
    const found = new Map<string, number>()
    const redacted = rewrite(event, original => {
      const { text, counts } = redact(original, pseudonymOf)
      for (const [kind, count] of Object.entries(counts)) found.set(kind, (found.get(kind) ?? 0) + count)
      return text
    })
    return { ...redacted, redactions: Array.from(found, ([kind, count]) => ({ kind, count })) } as unknown as E
  }
}
