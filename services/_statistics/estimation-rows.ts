/** Stands among the arms of a score whose sample was picked late, because of its outcome. */
export const correctionArm = 'correction'

/**
 * Whether a sampled row may enter an estimate of production by its inclusion probability. A correction may not: its turn was
 * drawn at arrival and not picked, so its probability does not describe how it came into the sample. Nor may a row whose arms
 * are not known, since it may be a correction.
 */
export function isEstimationRow({ arms }: { readonly arms: readonly string[] }): boolean {
  return arms.length > 0 && !arms.includes(correctionArm)
}

/** A turn that was selected at its arrival. */
export type SampledTurn<Gold> = {
  readonly sampleId: string
  /** When it was selected, in ms since 1970. */
  readonly at: number
  readonly probability: number
  /** What reviewers said, also where they could not tell; null while the turn waits for them. */
  readonly gold: Gold | null
}

/** The fields of a `SampleScored` event that say whose score it is. */
type Scored = {
  readonly sampleId: string
  readonly at: number
  readonly source: 'production' | 'gold' | 'synthetic'
  readonly trusted: boolean
  readonly inclusionProbability: number
  readonly arms: readonly string[]
}

/**
 * The sampled turn after one more score of it; `gold` is what is kept of a score against gold, and the newest one counts. A turn is
 * known by its first score without gold, which says when it was selected.
 */
export function withScore<Gold>(
  known: SampledTurn<Gold> | undefined,
  scored: Scored,
  gold: Gold,
): SampledTurn<Gold> | undefined {
  const { sampleId, at, source, trusted, inclusionProbability: probability } = scored
  if (!isEstimationRow(scored)) return known
  if (source === 'production') return known ?? { sampleId, at, probability, gold: null }
  return known !== undefined && source === 'gold' && trusted ? { ...known, gold } : known
}

/** A sampled turn with its gold. */
export type ReviewedTurn<Gold> = SampledTurn<Gold> & { readonly gold: Gold }

/**
 * The turns before the first one that waits for reviewers, oldest first. Reviewers see the most valuable turns first, which are
 * wrong more often, so the turns that have gold at a given time are no sample of production: nobody knows the probability with
 * which a waiting turn would have been reviewed. All that was selected before a time is such a sample, by the inclusion
 * probabilities alone, whatever the order of the reviews was. (Little and Rubin, Statistical Analysis with Missing Data, 2002,
 * 1.3: values missing not at random.)
 */
export function completelyReviewed<Gold>(turns: Iterable<SampledTurn<Gold>>): readonly ReviewedTurn<Gold>[] {
  const ordered = [...turns].sort((a, b) => a.at - b.at || (a.sampleId < b.sampleId ? -1 : 1))
  const waiting = ordered.findIndex(({ gold }) => gold === null)
  return ordered
    .slice(0, waiting < 0 ? ordered.length : waiting)
    .flatMap(({ gold, ...turn }) => (gold === null ? [] : [{ ...turn, gold }]))
}
