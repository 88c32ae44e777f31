import type { Finding, Kind } from './kinds.ts'
import { isAmount, isDate, isThing, matches, numberEnd, numberStart } from './matching.ts'
import { isQuantity } from './values.ts'

const families: readonly Kind[] = ['account', 'national-id', 'document']
const most = 8
const reach = 140

/** Numbers of the same make beside one that was announced: `TFN 446-526-314, mine 501-892-579`. */
export function alike(text: string, found: readonly Finding[]): readonly Finding[] {
  const shapes = new Map<string, Finding[]>()
  for (const finding of found) {
    const value = text.slice(finding.start, finding.end)
    if (!families.includes(finding.kind) || !/^[\dA-Z ./-]+$/.test(value) || !/(?:\d\D*){7}/.test(value)) continue
    const shape = shapeOf(value)
    if (shapes.size < most || shapes.has(shape))
      shapes.set(shape, [...(shapes.get(shape) ?? []).slice(0, most), finding])
  }
  return [...shapes].flatMap(([shape, known]) =>
    Array.from(matches(new RegExp(`${numberStart}${shape}${numberEnd}`, 'gu'), text), ({ 0: { length }, index }) => ({
      kind: known[0]?.kind ?? 'account',
      start: index,
      end: index + length,
    })).filter(
      ({ start, end }) =>
        known.some(one => Math.abs(one.start - start) <= reach) &&
        !isThing(text, start) &&
        !isQuantity(text, end) &&
        !isDate(text.slice(start, end)) &&
        !/000$/.test(text.slice(start, end)) &&
        !isAmount(text, start),
    ),
  )
}

const shapeOf = (value: string): string =>
  value.replace(/[./]/g, '\\$&').replace(/\d/g, '\\d').replace(/[A-Z]/g, '[A-Z]')
