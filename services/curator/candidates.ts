import type { DatasetRow } from '#schemas/objects.ts'
import type { StoredGold, StoredVariants } from './state.ts'

/** A row that may enter a dataset, with the sample behind it and when its gold answer was given. */
export type CandidateRow = { readonly row: DatasetRow; readonly sampleId: string; readonly at: number }

/** True once self-play is done with this very gold answer, whichever of the two came first. */
export function isComplete(gold: StoredGold | null | undefined, variants: StoredVariants | undefined): boolean {
  return gold !== null && gold !== undefined && variants?.goldId === gold.goldId
}

/** Rows of complete gold answers only, so that a dataset does not depend on which of two topics was read first. */
export function completeCandidates(
  golds: ReadonlyMap<string, StoredGold>,
  widened: ReadonlyMap<string, StoredVariants>,
): readonly CandidateRow[] {
  const candidates: CandidateRow[] = []
  for (const [sampleId, gold] of golds) {
    const variants = widened.get(sampleId)
    if (!isComplete(gold, variants)) continue
    const { goldId: _, at, ...row } = gold
    candidates.push({ sampleId, at, row: { ...row, id: sampleId, synthetic: false } })
    for (const variant of variants?.variants ?? [])
      candidates.push({ sampleId, at, row: { ...row, ...variant, synthetic: true, inclusionProbability: 1 } })
  }
  return candidates
}
