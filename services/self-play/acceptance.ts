import type { Fate } from '#schemas/events.ts'
import { extractValues } from '#text/extract-values.ts'
import type { Neighbourhood } from './neighbourhood.ts'
import type { Draft } from './operators.ts'
import type { Slot } from './slots.ts'
import type { RowCounts } from './state.ts'

/** Every figure stands in the variant as it stood in the parent, but for the replaced one; and no figure is new. */
export function keepsSlotValues(parent: string, slots: readonly Slot[], { question, replaced }: Draft): boolean {
  const expected = new Set(slots.map(({ text }) => (text === replaced?.from ? replaced.to : text)))
  const same =
    replaced === undefined
      ? extractValues(parent)
      : [...new Set([...expected].flatMap(text => extractValues(`for ${text}`)))].sort()
  return [...expected].every(text => question.includes(text)) && extractValues(question).join() === same.join()
}

/** One row more, and synthetic ones would be more than their share of the tool's rows. */
export function exceedsSyntheticShare({ gold, synthetic }: RowCounts, syntheticShare: number): boolean {
  return synthetic + 1 > syntheticShare * (gold + synthetic + 1)
}

/** The first check that refuses a variant, or acceptance. */
export function decideFate(checks: {
  readonly slotsKept: boolean
  readonly surroundings: Neighbourhood
  /** Where the ensemble routes it, and where it should. */
  readonly routed: string
  readonly tool: string
  readonly capped: boolean
}): Fate {
  const { isDuplicate, own, other } = checks.surroundings
  if (!checks.slotsKept) return 'slots'
  if (isDuplicate) return 'duplicate'
  if (checks.routed !== checks.tool) return 'label'
  if (other > own) return 'confusable'
  return checks.capped ? 'capped' : 'accepted'
}
