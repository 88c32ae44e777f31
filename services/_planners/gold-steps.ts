import type { DatasetRow } from '#schemas/objects.ts'
import type { GoldStep } from './tuning.ts'

/** A row of a dataset as a planner learns it. */
export function goldStep({ id, family, synthetic, messages, calls }: DatasetRow): GoldStep {
  return { id, family, synthetic, input: { messages }, calls }
}
