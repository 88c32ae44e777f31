import type { Fate } from '#schemas/events.ts'
import { extractValues } from '#text/extract-values.ts'
import type { Neighbourhood } from './neighbourhood.ts'
import type { Draft } from './operators.ts'
import { type Slot, valuesOf } from './slots.ts'
import type { RowCounts } from './state.ts'

/** Whether the variant states the values of its parent as the parent writes them, except the replaced one, and no others. */
export function keepsSlotValues(parent: string, slots: readonly Slot[], { question, replaced }: Draft): boolean {
  const texts = new Set(slots.map(({ text }) => (text === replaced?.from ? replaced.to : text)))
  const values =
    replaced === undefined ? extractValues(parent) : [...new Set([...texts].flatMap(text => valuesOf(text)))].sort()
  return [...texts].every(text => question.includes(text)) && extractValues(question).join() === values.join()
}

/**
 * Whether one more synthetic row would be above its share of the tool's rows. The curator enforces the share on each dataset; here it
 * saves work on variants that no dataset could take.
 */
export function exceedsSyntheticShare({ gold, synthetic }: RowCounts, syntheticShare: number): boolean {
  return synthetic + 1 > syntheticShare * (gold + synthetic + 1)
}

/** The first check that refuses a variant, or `accepted`. */
export function decideFate(checks: {
  readonly keepsValues: boolean
  readonly hasCertainArguments: boolean
  readonly neighbourhood: Neighbourhood
  /** The tool that the catalogue and the nearest gold together choose for the variant, and the tool of its gold answer. */
  readonly chosenTool: string
  readonly goldTool: string
  readonly exceedsShare: boolean
}): Fate {
  const { isDuplicate, own, other } = checks.neighbourhood
  if (!checks.keepsValues) return 'slots'
  if (!checks.hasCertainArguments) return 'arguments'
  if (isDuplicate) return 'duplicate'
  if (checks.chosenTool !== checks.goldTool) return 'label'
  if (other > own) return 'confusable'
  return checks.exceedsShare ? 'capped' : 'accepted'
}
