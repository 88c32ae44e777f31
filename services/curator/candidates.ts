import type { DatasetRow } from '#schemas/objects.ts'
import type { KeptGold, KeptVariants } from './state.ts'

/** A row that may enter a dataset, with the sample behind it and when its gold answer was given. */
export type Candidate = { readonly row: DatasetRow; readonly sampleId: string; readonly at: number }

/** True once self-play is done with this very gold answer, whichever of the two came first. */
export function isComplete(gold: KeptGold | null | undefined, variants: KeptVariants | undefined): boolean {
  return gold !== null && gold !== undefined && variants?.goldId === gold.goldId
}

/** Rows of complete gold answers only, so that a dataset does not depend on which of two topics was read first. */
export function candidatesOf(
  golds: ReadonlyMap<string, KeptGold>,
  widened: ReadonlyMap<string, KeptVariants>,
): readonly Candidate[] {
  const candidates: Candidate[] = []
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
