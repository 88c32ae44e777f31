import { at } from '#runtime/core/checked.ts'
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
import { keyValueSecrets } from './secrets/key-value-secrets.ts'
import { labelledCodes } from './secrets/labelled-codes.ts'
import { labelledKeys } from './secrets/labelled-keys.ts'
import { passphrases } from './secrets/passphrases.ts'
import { passwords } from './secrets/passwords.ts'
import { unlabelledSecrets } from './secrets/unlabelled-secrets.ts'

/** What `redact` writes: nothing is found in it. */
const pseudonymPattern = new RegExp(`\\[(?:${redactionKinds.join('|')}):[a-f]{20}\\]`, 'g')
/** Replaces pseudonyms while detectors run: no letter, digit, blank or punctuation. A finding that contains it is dropped. */
const maskCharacter = '\u0000'

/** Where findings overlap, the detector that is earlier in the list gives the kind. */
const generalDetectors: readonly Detector[] = [
  wallets,
  connectionStrings,
  unlabelledSecrets,
  emails,
  passwords,
  labelledKeys,
  labelledCodes,
  keyValueSecrets,
  passphrases,
]
/** All that these find has three digits. */
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
 * Finds personal data and secrets, in the order of the text and without overlaps: by shape, by check digits and by the words
 * near a value. It does not know names and postal addresses.
 */
export const detect = (text: string): readonly Finding[] => at(detectAll([text]), 0)

/** As `detect`, for texts that belong together: a value that is found in one of them is found in the others too. */
export function detectAll(texts: readonly string[]): readonly (readonly Finding[])[] {
  const findings = texts.map(detectOne)
  const repeated = createRepeatDetector(texts, findings)
  if (repeated === undefined) return findings
  return texts.map((text, index) => mergeOverlaps([...at(findings, index), ...repeated(text)]))
}

function detectOne(text: string): readonly Finding[] {
  const { text: folded, originalOffset } = fold(text)
  const masked = folded.includes('[')
    ? folded.replace(pseudonymPattern, pseudonym => maskCharacter.repeat(pseudonym.length))
    : folded
  const found: Finding[] = []
  for (const detector of threeDigits.test(masked) ? allDetectors : generalDetectors)
    for (const finding of detector(masked)) found.push(finding)
  const findings = mergeOverlaps(found.filter(({ start, end }) => !masked.slice(start, end).includes(maskCharacter)))
  return mergeOverlaps([...findings, ...sameFormat(masked, findings)]).map(({ kind, start, end }) => ({
    kind,
    start: originalOffset(start),
    end: originalOffset(end),
  }))
}

/** Makes overlapping findings one that covers both, so that no part of a value is left. The earlier in the list gives the kind. */
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
