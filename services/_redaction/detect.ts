import { fold } from './engine/fold.ts'
import { type Detector, type Finding, redactionKinds } from './engine/kinds.ts'
import { createRepeatDetector } from './engine/repeats.ts'
import { birthDates } from './numbers/birth-date.ts'
import { cards } from './numbers/card.ts'
import { emails } from './numbers/email.ts'
import { ibans } from './numbers/iban.ts'
import { ipAddresses } from './numbers/ip.ts'
import { labelledNumbers } from './numbers/labelled-numbers.ts'
import { nationalIds } from './numbers/national-id.ts'
import { nearbyNumbers } from './numbers/nearby-numbers.ts'
import { phones } from './numbers/phone.ts'
import { sameFormat } from './numbers/same-format.ts'
import { transcriptAnswers } from './numbers/transcript-answers.ts'
import { wallets } from './numbers/wallet.ts'
import { connectionStrings } from './secrets/connection-strings.ts'
import { credentials } from './secrets/credential.ts'
import { keyValueSecrets } from './secrets/key-value-secrets.ts'
import { labelledPasswords } from './secrets/labelled-passwords.ts'
import { passphrases } from './secrets/passphrases.ts'
import { passwordsInProse } from './secrets/passwords-in-prose.ts'
import { plainWordPasswords } from './secrets/plain-word-passwords.ts'
import { unlabelledSecrets } from './secrets/unlabelled-secrets.ts'

/** What `redact` writes: already redacted text has nothing more to find. */
const pseudonymPattern = new RegExp(`\\[(?:${redactionKinds.join('|')}):[a-f]{20}\\]`, 'g')
/** Stands where a pseudonym is: no letter, digit, blank or mark. What reaches across it is no finding. */
const maskCharacter = '\u0000'

/** Those that come first say the kind where findings overlap. */
const generalDetectors: readonly Detector[] = [
  wallets,
  connectionStrings,
  unlabelledSecrets,
  emails,
  labelledPasswords,
  credentials,
  keyValueSecrets,
  passwordsInProse,
  plainWordPasswords,
  passphrases,
]
/** None of what these find has fewer than three digits. */
const digitDetectors: readonly Detector[] = [
  ibans,
  cards,
  nationalIds,
  birthDates,
  labelledNumbers,
  phones,
  transcriptAnswers,
  nearbyNumbers,
  ipAddresses,
]

const allDetectors = [...generalDetectors, ...digitDetectors]
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
  const found = texts.map(detectOne)
  const repeated = createRepeatDetector(texts, found)
  if (repeated === undefined) return found
  return texts.map((text, index) => mergeOverlaps([...(found[index] ?? []), ...repeated(text)]))
}

function detectOne(text: string): readonly Finding[] {
  const { text: plain, originalOffset } = fold(text)
  const masked = plain.includes('[')
    ? plain.replace(pseudonymPattern, found => maskCharacter.repeat(found.length))
    : plain
  const found: Finding[] = []
  for (const detector of threeDigits.test(masked) ? allDetectors : generalDetectors)
    for (const finding of detector(masked)) found.push(finding)
  const certain = mergeOverlaps(found.filter(({ start, end }) => !masked.slice(start, end).includes(maskCharacter)))
  return mergeOverlaps([...certain, ...sameFormat(masked, certain)]).map(({ kind, start, end }) => ({
    kind,
    start: originalOffset(start),
    end: originalOffset(end),
  }))
}

/** Overlapping findings become one that covers both, so that nothing of either is left over; its kind is that of the first found. */
function mergeOverlaps(found: readonly Finding[]): readonly Finding[] {
  if (found.length < 2) return found
  const ranked = found.map((finding, rank) => ({ ...finding, rank })).sort((a, b) => a.start - b.start)
  const disjoint: typeof ranked = []
  for (const next of ranked) {
    const last = disjoint.at(-1)
    if (last === undefined || next.start >= last.end) disjoint.push(next)
    else {
      const { kind, rank } = next.rank < last.rank ? next : last
      disjoint[disjoint.length - 1] = { kind, rank, start: last.start, end: Math.max(last.end, next.end) }
    }
  }
  return disjoint.map(({ kind, start, end }) => ({ kind, start, end }))
}
