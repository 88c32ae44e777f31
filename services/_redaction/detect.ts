import { birthDates } from './birth-date.ts'
import { cards } from './card.ts'
import { credentials } from './credential.ts'
import { emails } from './email.ts'
import { fold } from './fold.ts'
import { ibans } from './iban.ts'
import { ips } from './ip.ts'
import { type Detector, type Finding, kinds } from './kinds.ts'
import { labelled } from './labelled.ts'
import { nationalIds } from './national-id.ts'
import { phones } from './phone.ts'
import { repeatsOf } from './repeats.ts'
import { secrets } from './secret.ts'
import { wallets } from './wallet.ts'

/** What `redact` writes: already redacted text has nothing more to find. */
const pseudonym = new RegExp(`\\[(?:${kinds.join('|')}):[0-9a-f]{12}\\]`, 'g')
/** Stands where a pseudonym is: no letter, digit, blank or mark, so that no rule reads across it. */
const barrier = '\u0000'

/** Those that come first say the kind where findings overlap. */
const anywhere: readonly Detector[] = [wallets, secrets, emails, credentials]
const withDigits: readonly Detector[] = [ibans, cards, nationalIds, birthDates, labelled, phones, ips]

/**
 * Finds personal data and secrets, in the order of the text and without overlaps. It goes by shape, check digits and the
 * words before a value, and never by names: names and postal addresses it does not know.
 */
export function detect(text: string): readonly Finding[] {
  return detectAll([text])[0] ?? []
}

/** As `detect`, in texts that belong together: what one of them tells to be personal is found in the others too. */
export function detectAll(texts: readonly string[]): readonly (readonly Finding[])[] {
  const found = texts.map(findings)
  const repeated = repeatsOf(texts, found)
  if (repeated === undefined) return found
  return texts.map((text, index) => merged([...(found[index] ?? []), ...repeated(text)]))
}

function findings(text: string): readonly Finding[] {
  const { text: plain, origin } = fold(text)
  const seen = plain.includes('[') ? plain.replace(pseudonym, found => barrier.repeat(found.length)) : plain
  const found: Finding[] = []
  for (const detector of anywhere) found.push(...detector(seen))
  if (/\d/.test(seen)) for (const detector of withDigits) found.push(...detector(seen))
  return merged(found).map(({ kind, start, end }) => ({ kind, start: origin(start), end: origin(end) }))
}

/** Overlapping findings become one that covers both, so that nothing of either is left over. */
function merged(found: readonly Finding[]): readonly Finding[] {
  if (found.length < 2) return found
  const rank = new Map(found.map((finding, index) => [finding, index]))
  const result: Finding[] = []
  for (const next of found.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1)
    if (last === undefined || next.start >= last.end) result.push(next)
    else {
      const { kind } = (rank.get(next) ?? 0) < (rank.get(last) ?? 0) ? next : last
      const both = { kind, start: last.start, end: Math.max(last.end, next.end) }
      rank.set(both, Math.min(rank.get(next) ?? 0, rank.get(last) ?? 0))
      result[result.length - 1] = both
    }
  }
  return result
}
