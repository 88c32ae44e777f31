import { at } from '#runtime/core/checked.ts'
import {
  isAfterAmountWord,
  isAfterReferenceWord,
  isDate,
  isQuantity,
  numberEnd,
  numberStart,
} from '../engine/context.ts'
import type { Finding, RedactionKind } from '../engine/kinds.ts'
import { allMatches } from '../engine/matching.ts'

const eligibleKinds: readonly RedactionKind[] = ['account', 'national-id', 'document']
/** Most formats that are searched for: each costs a pass over the text. */
const maxFormats = 8
const maxDistance = 140

/** Numbers of the same format as one that was found near them: `TFN 446-526-314, mine 501-892-579`. `findings` in their order. */
export function sameFormat(text: string, findings: readonly Finding[]): readonly Finding[] {
  const findingsByFormat = new Map<string, Finding[]>()
  for (const finding of findings) {
    const value = text.slice(finding.start, finding.end)
    if (!eligibleKinds.includes(finding.kind) || !/^[\dA-Z ./-]+$/.test(value) || !/(?:\d\D*){7}/.test(value)) continue
    const format = formatPattern(value)
    const known = findingsByFormat.get(format)
    if (known !== undefined) known.push(finding)
    else if (findingsByFormat.size < maxFormats) findingsByFormat.set(format, [finding])
  }
  return [...findingsByFormat].flatMap(([format, known]) => [...numbersNear(text, format, known)])
}

function* numbersNear(text: string, format: string, known: readonly Finding[]): Generator<Finding> {
  const { kind } = at(known, 0)
  let next = 0
  for (const { 0: value, index: start } of allMatches(new RegExp(`${numberStart}${format}${numberEnd}`, 'gu'), text)) {
    while (next < known.length && at(known, next).start < start) next++
    // The nearest known number before this one and the nearest after it.
    const isNear = known.slice(Math.max(0, next - 1), next + 1).some(one => Math.abs(one.start - start) <= maxDistance)
    const end = start + value.length
    if (
      isNear &&
      !isAfterReferenceWord(text, start) &&
      !isQuantity(text, end) &&
      !isDate(value) &&
      !/000$/.test(value) &&
      !isAfterAmountWord(text, start)
    )
      yield { kind, start, end }
  }
}

const formatPattern = (value: string): string =>
  value.replace(/[./]/g, '\\$&').replace(/\d/g, '\\d').replace(/[A-Z]/g, '[A-Z]')
