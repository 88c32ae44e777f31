import { type Interval, z95 } from './intervals.ts'

/** Paired rows of one evaluation set: right only with the candidate, right only with the baseline, all. */
export type PairCounts = { readonly gained: number; readonly lost: number; readonly rows: number }

/** The 80% point of the standard normal distribution. */
const Z_POWER = 0.8416212335729143

/** Candidate minus baseline accuracy; 0 without rows. */
export function pairedDifference({ gained, lost, rows }: PairCounts): number {
  return rows === 0 ? 0 : (gained - lost) / rows
}

/**
 * 95% score interval of the paired difference (Tango, Statistics in Medicine 17, 1998, p. 891): all differences that the
 * score test does not reject. It stays inside [-1, 1], and unlike Wald's it has a width where no pair differs.
 */
export function tangoInterval(pairs: PairCounts): Interval {
  if (pairs.rows === 0) return { lower: -1, upper: 1 }
  const estimate = pairedDifference(pairs)
  return {
    lower: bisect(supposed => scoreStatistic(pairs, supposed) < z95, -1, estimate),
    upper: bisect(supposed => scoreStatistic(pairs, supposed) < -z95, estimate, 1),
  }
}

/** Standard errors between the observed and a supposed difference, with the variance that the supposed one implies. */
function scoreStatistic({ gained, lost, rows }: PairCounts, supposed: number): number {
  const linear = -gained - lost + (2 * rows - gained + lost) * supposed
  const constant = -lost * supposed * (1 - supposed)
  const lostShare = (Math.sqrt(Math.max(0, linear ** 2 - 8 * rows * constant)) - linear) / (4 * rows)
  const variance = rows * (2 * lostShare + supposed * (1 - supposed))
  const distance = gained - lost - rows * supposed
  return distance === 0 ? 0 : distance / Math.sqrt(Math.max(variance, Number.MIN_VALUE))
}

/** The point between two ends from which `passed` is true; it must be monotone. */
function bisect(passed: (at: number) => boolean, from: number, to: number): number {
  let [low, high] = [from, to]
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2
    if (passed(middle)) high = middle
    else low = middle
  }
  return (low + high) / 2
}

/** p-value of McNemar's exact test, two-sided: the differing pairs against a binomial distribution with p = .5. */
export function mcNemar({ gained, lost }: PairCounts): number {
  return Math.min(1, 2 * binomialUpperTail(Math.max(gained, lost), gained + lost))
}

/** p-value of McNemar's exact test, one-sided: small when the candidate is worse. */
export function mcNemarOneSided({ gained, lost }: PairCounts): number {
  return binomialUpperTail(lost, gained + lost)
}

/** Probability of at least so many successes in trials with p = .5. */
function binomialUpperTail(successes: number, trials: number): number {
  let logarithm = -trials * Math.LN2
  let sum = 0
  for (let count = 0; count <= trials; count++) {
    if (count >= successes) sum += Math.exp(logarithm)
    logarithm += Math.log(trials - count) - Math.log(count + 1)
  }
  return Math.min(1, sum)
}

/** p-values corrected for their number, in the order given (Holm, 1979). */
export function holmCorrection(values: readonly number[]): number[] {
  const order = values.map((value, at) => ({ value, at })).sort((a, b) => a.value - b.value)
  const corrected: number[] = []
  let least = 0
  order.forEach(({ value, at }, rank) => {
    least = Math.max(least, Math.min(1, (values.length - rank) * value))
    corrected[at] = least
  })
  return corrected
}

/**
 * The smallest true difference that a set of this size detects with power .8 (Connor, Biometrics 43, 1987, first order), given the
 * share of pairs that differ: (z.975 + z.8) sqrt(share / rows). At least one pair is assumed to differ.
 */
export function minimumDetectableDifference({ gained, lost, rows }: PairCounts): number {
  return rows === 0 ? 1 : Math.min(1, ((z95 + Z_POWER) * Math.sqrt(Math.max(1, gained + lost))) / rows)
}
