import type { DatasetRow } from '#schemas/objects.ts'
import type { StoredGold, StoredVariants } from './state.ts'

/** A row that may enter a dataset, with the sample behind it and when its gold answer was given. */
export type CandidateRow = {
  readonly row: DatasetRow
  readonly sampleId: string
  readonly at: number
  /** Whether its inclusion probability says how it came into the sample: not so for a correction, nor where that is unknown. */
  readonly isEstimationRow: boolean
}

/** Whether the variants are those of this gold answer. The two topics are read in any order, so either may come first. */
export function isComplete(gold: StoredGold | null | undefined, variants: StoredVariants | undefined): boolean {
  return gold !== null && gold !== undefined && variants?.goldId === gold.goldId
}

/** A variant is the parent's step with another question, whose answer nobody wrote: self-play widens first steps only, so the question is the last message. */
function variantRow(
  { logged: _logged, answer: _answer, ...parent }: Omit<DatasetRow, 'id' | 'synthetic'>,
  { id, question, calls }: Variant,
): DatasetRow {
  const asked = { role: 'user', text: question, calls: [], callId: null } as const
  const messages = [...parent.messages.slice(0, -1), asked]
  return { ...parent, id, messages, calls, synthetic: true, inclusionProbability: 1 }
}

type Variant = StoredVariants['variants'][number]

/** Rows of complete gold answers only, so that a dataset does not depend on which of the two topics was read first. */
export function completeCandidates(
  golds: ReadonlyMap<string, StoredGold>,
  variantsBySample: ReadonlyMap<string, StoredVariants>,
): readonly CandidateRow[] {
  const candidates: CandidateRow[] = []
  for (const [sampleId, gold] of golds) {
    const variants = variantsBySample.get(sampleId)
    if (variants === undefined || !isComplete(gold, variants)) continue
    const { goldId: _, at, correction, ...row } = gold
    const source = { sampleId, at, isEstimationRow: correction === false }
    candidates.push({ ...source, row: { ...row, id: sampleId, synthetic: false } })
    for (const variant of variants.variants) candidates.push({ ...source, row: variantRow(row, variant) })
  }
  return candidates
}
