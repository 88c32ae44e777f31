import { differenceOfMeans } from '#statistics/mean.ts'
import { median } from '#statistics/quantile.ts'
import type { ScoredPair } from './calibration.ts'

/** What must not move a score beyond what gold says. */
export const probes = ['length', 'order', 'family'] as const
export type ProbeName = (typeof probes)[number]

export type Probe = {
  readonly probe: ProbeName
  /** Mean score of the favoured kind (longer half, shown first, own family) minus that of the others, at equal gold. */
  readonly effect: number
  readonly standardError: number
  readonly rows: number
}

/** Bias of a score that is tolerated. */
const maxShift = 0.05
/** A bias counts if it exceeds the tolerated one by this many standard errors: three, since it is tested after every gold answer. */
const biasedErrors = 3
/** A version that was not trusted is cleared if its bias exceeds the tolerated one by at most this many. */
const clearedErrors = 1
/** With fewer rows of either kind under one gold verdict, that verdict is left out. */
const minRows = 10
/** Scores that are all equal have no variance, and would have infinite weight. */
const minVariance = 1e-6

/** The probes that these pairs can answer. */
export function probesOf(pairs: readonly ScoredPair[]): readonly Probe[] {
  const medianLength = median(pairs.map(({ length }) => length))
  if (medianLength === undefined) return []
  const favoured: Record<ProbeName, (pair: ScoredPair) => boolean | null> = {
    length: ({ length }) => length >= medianLength,
    order: ({ first }) => first,
    family: ({ sameFamily }) => sameFamily,
  }
  return probes.flatMap(probe => biasEffect(probe, pairs, favoured[probe]) ?? [])
}

export function isBiased({ effect, standardError }: Probe): boolean {
  return Math.abs(effect) - biasedErrors * standardError > maxShift
}

export function isCleared({ effect, standardError }: Probe): boolean {
  return Math.abs(effect) - clearedErrors * standardError <= maxShift
}

/**
 * Difference of two means under each gold verdict, combined by the inverse of their variances, so that a true difference in
 * quality is no bias. Undefined where no verdict has enough rows of both kinds.
 */
function biasEffect(
  probe: ProbeName,
  pairs: readonly ScoredPair[],
  isFavoured: (pair: ScoredPair) => boolean | null,
): Probe | undefined {
  let [weights, weighted, rows] = [0, 0, 0]
  for (const verdict of [true, false]) {
    const scores = (kind: boolean): readonly number[] =>
      pairs.filter(pair => pair.right === verdict && isFavoured(pair) === kind).map(({ score }) => score)
    const [favoured, others] = [scores(true), scores(false)]
    const found = differenceOfMeans(favoured, others)
    if (found === undefined || Math.min(favoured.length, others.length) < minRows) continue
    const weight = 1 / Math.max(minVariance, found.variance)
    weights += weight
    weighted += weight * found.difference
    rows += favoured.length + others.length
  }
  return weights === 0 ? undefined : { probe, effect: weighted / weights, standardError: weights ** -0.5, rows }
}
