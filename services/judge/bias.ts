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

/** Shift of a score that is put up with. */
const maxShift = 0.05
/** Standard errors beyond it that are no chance, although one looks after every gold row; and those that clear a version again. */
const biasedErrors = 3
const clearedErrors = 1
/** Rows of each kind under one gold verdict below which that verdict tells nothing. */
const minRows = 10

/** The probes that these pairs can answer. */
export function probesOf(pairs: readonly ScoredPair[]): readonly Probe[] {
  const lengths = pairs.map(({ length }) => length).sort((a, b) => a - b)
  const median = lengths[Math.floor(lengths.length / 2)] ?? 0
  const favoured: Record<ProbeName, (pair: ScoredPair) => boolean | null> = {
    length: ({ length }) => length >= median,
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
 * Difference of two means under each gold verdict, combined by the inverse of their variances: what gold explains is taken out.
 * undefined where no verdict has enough rows of both kinds.
 */
function biasEffect(
  probe: ProbeName,
  pairs: readonly ScoredPair[],
  isFavoured: (pair: ScoredPair) => boolean | null,
): Probe | undefined {
  let [weights, weighted, rows] = [0, 0, 0]
  for (const verdict of [true, false]) {
    const [favoured, others] = [true, false].map(kind =>
      pairs.filter(pair => pair.right === verdict && isFavoured(pair) === kind).map(({ score }) => score),
    ) as [number[], number[]]
    if (Math.min(favoured.length, others.length) < minRows) continue
    const weight = 1 / Math.max(minVariance, varianceOfMean(favoured) + varianceOfMean(others))
    weights += weight
    weighted += weight * (meanOf(favoured) - meanOf(others))
    rows += favoured.length + others.length
  }
  return weights === 0 ? undefined : { probe, effect: weighted / weights, standardError: weights ** -0.5, rows }
}

/** Scores that are all equal have no spread, which would weigh without end. */
const minVariance = 1e-6

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function varianceOfMean(values: readonly number[]): number {
  const mean = meanOf(values)
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1) / values.length
}
