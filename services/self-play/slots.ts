import type { StateChange, StateView } from '#runtime/state/state.ts'
import { extractValues } from '#text/extract-values.ts'
import { limits } from './state.ts'

/** A value (amount, date, ticker, …) in a question: `length` words from `start`; `text` as written, without punctuation around it. */
export type Slot = {
  readonly start: number
  readonly length: number
  readonly text: string
  /** Slots of one kind can take each other's values. */
  readonly kind: string
}

/** The longest value has four words: `5 March, 2026 …`. */
const MAX_SLOT_WORDS = 4

/** The slots of a question: the shortest spans of words that show each of its values. Spans do not overlap. */
export function slotsOf(words: readonly string[]): readonly Slot[] {
  const values = new Set(extractValues(words.join(' ')))
  const slots: Slot[] = []
  if (values.size === 0) return slots
  for (let length = 1; length <= MAX_SLOT_WORDS; length++) {
    for (let start = 0; start + length <= words.length; start++) {
      if (slots.some(slot => start < slot.start + slot.length && slot.start < start + length)) continue
      const text = stripPunctuation(words.slice(start, start + length).join(' '))
      const [value, ...more] = valuesOf(text)
      if (value !== undefined && more.length === 0 && values.has(value))
        slots.push({ start, length, text, kind: slotKind(value) })
    }
  }
  return slots
}

/** The values of a slot's text. The lower-case word before it tells the reader of values that capitals are a ticker, not emphasis. */
export function valuesOf(slotText: string): readonly string[] {
  return extractValues(`for ${slotText}`)
}

/** Positions that no operator may change. */
export function slotPositions(slots: readonly Slot[]): ReadonlySet<number> {
  return new Set(slots.flatMap(({ start, length }) => Array.from({ length }, (_none, at) => start + at)))
}

/** Replaces the text of a slot by `value`, in every slot that has this text. */
export function substitute(words: readonly string[], slots: readonly Slot[], slot: Slot, value: string): string {
  const written = [...words]
  for (const { start, length, text } of slots) {
    if (text !== slot.text) continue
    const span = words.slice(start, start + length).join(' ')
    const replaced = span.replace(text, () => value)
    written.splice(start, length, replaced, ...Array<string>(length - 1).fill(''))
  }
  return written.filter(word => word !== '').join(' ')
}

function stripPunctuation(text: string): string {
  return text.replace(/^["'([]+|[\])"'.,!?;:]+$/g, '')
}

/** Dates have a kind for each form, as "yesterday" does not fit where "2025" stands. */
function slotKind(value: string): string {
  const [kind = '', date = ''] = value.split(':')
  if (kind !== 'date') return kind
  return /^\d/.test(date) ? `date-of-${date.split('-').length}` : `date-${date}`
}

/** Replacements to begin with, by kind. A slot of another kind is left alone until customers wrote other values of its kind. */
const defaultReplacements: Readonly<Record<string, readonly string[]>> = {
  amount: ['$250', '$1,000', '$7,500'],
  percent: ['2%', '5%', '12.5%'],
  ticker: ['AAPL', 'MSFT', 'VTI'],
  quantity: ['10', '25', '120'],
  'date-of-1': ['2024', '2025'],
  'date-of-2': ['March 3', 'June 15'],
}

/** Relative dates need different tenses, so none replaces another. */
const isIrreplaceable = (kind: string): boolean => kind.startsWith('date-') && !kind.startsWith('date-of-')

/** The texts that may replace one of this kind: the defaults, and what customers wrote before. */
export function replacementValues(state: StateView, collection: string, kind: string): readonly string[] {
  if (isIrreplaceable(kind)) return []
  const seen = state.get<readonly string[]>(collection, kind) ?? []
  return [...new Set([...(defaultReplacements[kind] ?? []), ...seen])]
}

/** Adds the texts of a question's slots to what customers wrote. */
export function rememberValues(state: StateView, collection: string, slots: readonly Slot[]): readonly StateChange[] {
  const seen = new Map<string, readonly string[]>()
  for (const { kind, text } of slots) {
    if (isIrreplaceable(kind)) continue
    const before = seen.get(kind) ?? state.get<readonly string[]>(collection, kind) ?? []
    if (!before.includes(text)) seen.set(kind, [...before, text].slice(-limits.values))
  }
  return Array.from(seen, ([key, value]) => ({ collection, key, value }))
}
