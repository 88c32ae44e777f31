import { isBiased, isCleared, probesOf } from './bias.ts'
import { area, type Pair } from './calibration.ts'

/** Whether the scores of one version of the judge count, and what says so. */
export type Standing = {
  readonly trusted: boolean
  /** Newest last: an instrument is trusted for what it does now. */
  readonly pairs: readonly Pair[]
}

/** Every version begins in quarantine. */
export const unproven: Standing = { trusted: false, pairs: [] }

/** Pairs that a standing rests on. */
export const remembered = 200
/** Below it nothing is said of an instrument. */
export const leastPairs = 50
/** With fewer of either, the ranking of one plan more would swing the measure. */
const leastOfEach = 10
/** A version is released from the first on, and keeps its standing down to the second: else one row could turn it again and again. */
const releasingArea = 0.7
const keepingArea = 0.6

export function withPair({ trusted, pairs }: Standing, pair: Pair): Standing {
  const known = [...pairs, pair].slice(-remembered)
  return { trusted: faultsOf(known, trusted).length === 0, pairs: known }
}

/** Why a version may not be trusted now; empty where it may. `trusted` is whether it was. */
export function faultsOf(pairs: readonly Pair[], trusted: boolean): readonly string[] {
  const right = pairs.filter(pair => pair.right).length
  const each = Math.min(right, pairs.length - right)
  if (pairs.length < leastPairs || each < leastOfEach)
    return [
      `${right} right and ${pairs.length - right} wrong plans are too few to tell: ${leastPairs} in all and ${leastOfEach} of each are needed`,
    ]
  const ranked = area(pairs) ?? 0
  const needed = trusted ? keepingArea : releasingArea
  return [
    ...(ranked < needed ? [`area under the ROC curve ${ranked.toFixed(3)}, ${needed} needed`] : []),
    ...probesOf(pairs)
      .filter(probe => (trusted ? isBiased(probe) : !isCleared(probe)))
      .map(({ probe, effect, standardError, rows }) => {
        const moved = `${effect < 0 ? '' : '+'}${effect.toFixed(3)} (standard error ${standardError.toFixed(3)}, ${rows} rows)`
        return `${probe} moves the score by ${moved}`
      }),
  ]
}

/** What a change of standing rests on. */
export function evidenceFor(pairs: readonly Pair[]): string {
  return `area under the ROC curve ${(area(pairs) ?? 0).toFixed(3)} on ${pairs.length} rows, no bias that the probes can tell`
}
