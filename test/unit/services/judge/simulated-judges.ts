import type { ScoredPair } from '#services/judge/calibration.ts'
import { gaussian, mulberry32 } from '#statistics/random.ts'

/** A simulated judge: the mean of its score, before noise. */
export type Judge = (shown: Pick<ScoredPair, 'right' | 'length' | 'first'>) => number

export const seeds = Array.from({ length: 20 }, (_none, at) => at + 1)

const usualLength = 60
const knowing = ({ right }: Pick<ScoredPair, 'right'>): number => (right ? 0.7 : 0.3)
const isLong = ({ length }: Pick<ScoredPair, 'length'>): boolean => length >= usualLength

/** Judges without bias, with a bias beside what they know, and with nothing but bias. */
export const biased = {
  fair: knowing,
  longer: shown => knowing(shown) + (isLong(shown) ? 0.2 : -0.2),
  first: shown => knowing(shown) + (shown.first ? 0.2 : -0.2),
  longerAlone: shown => (isLong(shown) ? 0.8 : 0.2),
  firstAlone: shown => (shown.first ? 0.8 : 0.2),
} as const satisfies Record<string, Judge>

const noise = 0.2

/** Scores of a simulated judge for seeded plans, half of them right, with what gold says. */
export function pairs(seed: number, count: number, judge: Judge): readonly ScoredPair[] {
  const random = mulberry32(seed)
  return Array.from({ length: count }, () => {
    const shown = {
      right: random() < 0.5,
      length: Math.max(1, Math.round(usualLength * Math.exp(0.7 * gaussian(random)))),
      first: random() < 0.5,
    }
    const score = Math.max(0, Math.min(1, judge(shown) + noise * gaussian(random)))
    return { ...shown, score, sameFamily: null }
  })
}
