import { alike } from './alike.ts'
import { answers } from './asked.ts'
import { assignments } from './assigned.ts'
import { birthDates } from './birth-date.ts'
import { cards } from './card.ts'
import { chosen } from './chosen.ts'
import { connections } from './connection.ts'
import { credentials } from './credential.ts'
import { emails } from './email.ts'
import { fold } from './fold.ts'
import { ibans } from './iban.ts'
import { ips } from './ip.ts'
import { type Detector, type Finding, kinds } from './kinds.ts'
import { labelled } from './labelled.ts'
import { nationalIds } from './national-id.ts'
import { nearbyNumbers } from './nearby.ts'
import { passwordsIn } from './password.ts'
import { phones } from './phone.ts'
import { phrases } from './phrase.ts'
import { plainWords } from './plain-word.ts'
import { repeatsOf } from './repeats.ts'
import { secrets } from './secret.ts'
import { wallets } from './wallet.ts'

/** What `redact` writes: already redacted text has nothing more to find. */
const pseudonym = new RegExp(`\\[(?:${kinds.join('|')}):[a-f]{20}\\]`, 'g')
/** Stands where a pseudonym is: no letter, digit, blank or mark. What reaches across it is no finding. */
const barrier = '\u0000'

/** Those that come first say the kind where findings overlap. */
const anywhere: readonly Detector[] = [
  wallets,
  connections,
  secrets,
  emails,
  passwordsIn,
  credentials,
  assignments,
  chosen,
  plainWords,
  phrases,
]
/** None of what these find has fewer than three digits. */
const withDigits: readonly Detector[] = [
  ibans,
  cards,
  nationalIds,
  birthDates,
  labelled,
  phones,
  answers,
  nearbyNumbers,
  ips,
]

const all = [...anywhere, ...withDigits]
const threeDigits = /\d\D*\d\D*\d/

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
  for (const detector of threeDigits.test(seen) ? all : anywhere)
    for (const finding of detector(seen)) found.push(finding)
  const certain = merged(found.filter(({ start, end }) => !seen.slice(start, end).includes(barrier)))
  return merged([...certain, ...alike(seen, certain)]).map(({ kind, start, end }) => ({
    kind,
    start: origin(start),
    end: origin(end),
  }))
}

/** Overlapping findings become one that covers both, so that nothing of either is left over; its kind is that of the first found. */
function merged(found: readonly Finding[]): readonly Finding[] {
  if (found.length < 2) return found
  const ranked = found.map((finding, rank) => ({ ...finding, rank })).sort((a, b) => a.start - b.start)
  const apart: typeof ranked = []
  for (const next of ranked) {
    const last = apart.at(-1)
    if (last === undefined || next.start >= last.end) apart.push(next)
    else {
      const { kind, rank } = next.rank < last.rank ? next : last
      apart[apart.length - 1] = { kind, rank, start: last.start, end: Math.max(last.end, next.end) }
    }
  }
  return apart.map(({ kind, start, end }) => ({ kind, start, end }))
}
