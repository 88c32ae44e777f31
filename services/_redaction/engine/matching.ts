import { Fault } from '#runtime/core/faults.ts'
import type { Finding, RedactionKind } from './kinds.ts'

/** Every match of a global pattern. Not `matchAll`, which copies the pattern for each call: most texts are short. */
export function* allMatches(pattern: RegExp, text: string): Generator<RegExpExecArray> {
  let from = 0
  for (;;) {
    pattern.lastIndex = from
    const match = pattern.exec(text)
    if (match === null) return
    from = match.index + Math.max(match[0].length, 1)
    yield match
  }
}

/** Whether a match is a value, or which part of it is the value. */
type ValueSelector = (found: string, start: number) => boolean | { readonly from: number; readonly to: number }

/** The matches of a global pattern that are values; all of them without `select`. */
export function* findMatches(
  kind: RedactionKind,
  pattern: RegExp,
  text: string,
  select: ValueSelector = () => true,
): Generator<Finding> {
  for (const { 0: found, index } of allMatches(pattern, text)) {
    const value = select(found, index)
    if (value === true) yield { kind, start: index, end: index + found.length }
    else if (value) yield { kind, start: index + value.from, end: index + value.to }
  }
}

/** The values in the group `value` of a global pattern. The group ends the match, so its start follows from the match's end. */
export function* findValueGroups(
  kind: RedactionKind,
  pattern: RegExp,
  text: string,
  accept: (value: string, found: string, start: number) => boolean = () => true,
): Generator<Finding> {
  for (const match of allMatches(pattern, text)) {
    const [found] = match
    const value = groupOf(match, 'value')
    const end = match.index + found.length
    const start = end - value.length
    if (accept(value, found, start)) yield { kind, start, end }
  }
}

/** The text of a named group that is in every match of its pattern. FLY_BUG where it is not. */
export function groupOf({ groups }: RegExpExecArray, name: string): string {
  const text = groups?.[name]
  if (text === undefined) throw new Fault('FLY_BUG', `a match lacks the group ${name}`)
  return text
}

/** At most so many characters before an offset. */
export const textBefore = (text: string, offset: number, length: number): string =>
  text.slice(Math.max(0, offset - length), offset)

/** Without the punctuation of the sentence around it. An exclamation mark stays, since it may be part of a password. */
export const withoutPunctuation = (value: string): string => value.replace(/[.,;:?)\]}…]+$/, '')
