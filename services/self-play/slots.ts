import { extractValues } from '#text/extract-values.ts'

/** A figure where it stands: `length` words from `start`; `text` is how it is written, without punctuation around it. */
export type Slot = {
  readonly start: number
  readonly length: number
  readonly text: string
  readonly kind: string
}

/** The longest figure has this many words: `5 March, 2026 …`. */
const maxSlotWords = 4

/** The figures of a question, in the shortest spans of words that show each; spans do not overlap. */
export function slotsOf(words: readonly string[]): readonly Slot[] {
  const wanted = new Set(extractValues(words.join(' ')))
  const slots: Slot[] = []
  if (wanted.size === 0) return slots
  for (let length = 1; length <= maxSlotWords; length++) {
    for (let start = 0; start + length <= words.length; start++) {
      if (slots.some(slot => start < slot.start + slot.length && slot.start < start + length)) continue
      const text = stripPunctuation(words.slice(start, start + length).join(' '))
      // The lower-case word shows that what follows in capitals is not shouted.
      const [figure, ...more] = extractValues(`for ${text}`)
      if (figure !== undefined && more.length === 0 && wanted.has(figure))
        slots.push({ start, length, text, kind: slotKind(figure) })
    }
  }
  return slots
}

/** Positions that no operator may touch. */
export function slotPositions(slots: readonly Slot[]): ReadonlySet<number> {
  return new Set(slots.flatMap(({ start, length }) => Array.from({ length }, (_none, at) => start + at)))
}

/** Writes `value` wherever the slot's text stands in a slot. */
export function substitute(words: readonly string[], slots: readonly Slot[], slot: Slot, value: string): string {
  const written = [...words]
  for (const { start, length, text } of slots) {
    if (text !== slot.text) continue
    const span = words.slice(start, start + length).join(' ')
    written.splice(
      start,
      length,
      span.replace(text, () => value),
      ...Array<string>(length - 1).fill(''),
    )
  }
  return written.filter(word => word !== '').join(' ')
}

function stripPunctuation(text: string): string {
  return text.replace(/^["'([]+|[\])"'.,!?;:]+$/g, '')
}

/** Values of one kind can stand for each other. Dates differ in grammar as well: yesterday does not go where 2025 does. */
function slotKind(figure: string): string {
  const [kind = '', value = ''] = figure.split(':')
  if (kind !== 'date') return kind
  if (!/^\d/.test(value)) return `date-${value}`
  return `date-of-${value.split('-').length}`
}
