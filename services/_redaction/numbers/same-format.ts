import type { Finding, RedactionKind } from '../engine/kinds.ts'
import {
  allMatches,
  isAfterAmountWord,
  isAfterReferenceWord,
  isDate,
  numberEnd,
  numberStart,
} from '../engine/matching.ts'
import { isQuantity } from './value-end.ts'

const eligibleKinds: readonly RedactionKind[] = ['account', 'national-id', 'document']
const maxFormats = 8
const maxDistance = 140

/** Numbers of the same make beside one that was announced: `TFN 446-526-314, mine 501-892-579`. */
export function sameFormat(text: string, found: readonly Finding[]): readonly Finding[] {
  const formats = new Map<string, Finding[]>()
  for (const finding of found) {
    const value = text.slice(finding.start, finding.end)
    if (!eligibleKinds.includes(finding.kind) || !/^[\dA-Z ./-]+$/.test(value) || !/(?:\d\D*){7}/.test(value)) continue
    const shape = formatPattern(value)
    if (formats.size < maxFormats || formats.has(shape))
      formats.set(shape, [...(formats.get(shape) ?? []).slice(0, maxFormats), finding])
  }
  return [...formats].flatMap(([shape, known]) =>
    Array.from(
      allMatches(new RegExp(`${numberStart}${shape}${numberEnd}`, 'gu'), text),
      ({ 0: { length }, index }) => ({
        kind: known[0]?.kind ?? 'account',
        start: index,
        end: index + length,
      }),
    ).filter(
      ({ start, end }) =>
        known.some(one => Math.abs(one.start - start) <= maxDistance) &&
        !isAfterReferenceWord(text, start) &&
        !isQuantity(text, end) &&
        !isDate(text.slice(start, end)) &&
        !/000$/.test(text.slice(start, end)) &&
        !isAfterAmountWord(text, start),
    ),
  )
}

const formatPattern = (value: string): string =>
  value.replace(/[./]/g, '\\$&').replace(/\d/g, '\\d').replace(/[A-Z]/g, '[A-Z]')
