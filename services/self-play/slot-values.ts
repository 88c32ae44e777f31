import type { StateChange, StateView } from '#runtime/state/state.ts'
import type { Slot } from './slots.ts'
import { limits } from './state.ts'

/** Values to begin with, by kind of slot. Kinds without any are kept as they stand until others were seen. */
const defaultValues: Readonly<Record<string, readonly string[]>> = {
  amount: ['$250', '$1,000', '$7,500'],
  percent: ['2%', '5%', '12.5%'],
  ticker: ['AAPL', 'MSFT', 'VTI'],
  quantity: ['10', '25', '120'],
  'date-of-1': ['2024', '2025'],
  'date-of-2': ['March 3', 'June 15'],
}

/** Relative dates differ in tense, so that no other may stand for them. */
const isIrreplaceable = (kind: string): boolean => kind.startsWith('date-') && !kind.startsWith('date-of-')

/** The values that may stand for one of this kind: defaults, and what customers wrote before. */
export function replacementValues(state: StateView, collection: string, kind: string): readonly string[] {
  if (isIrreplaceable(kind)) return []
  return [...new Set([...(defaultValues[kind] ?? []), ...(state.get<readonly string[]>(collection, kind) ?? [])])]
}

/** Adds the values of a question to what was seen. */
export function rememberValues(state: StateView, collection: string, slots: readonly Slot[]): readonly StateChange[] {
  const seen = new Map<string, readonly string[]>()
  for (const { kind, text } of slots) {
    if (isIrreplaceable(kind)) continue
    const before = seen.get(kind) ?? state.get<readonly string[]>(collection, kind) ?? []
    if (!before.includes(text)) seen.set(kind, [...before, text].slice(-limits.values))
  }
  return Array.from(seen, ([key, value]) => ({ collection, key, value }))
}
