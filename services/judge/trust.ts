import { rocArea } from '#statistics/binary-scores.ts'
import { isBiased, isCleared, probesOf } from './bias.ts'
import type { ScoredPair } from './calibration.ts'

/** Whether the scores of one version of the judge count, and what says so. */
export type JudgeTrust = {
  readonly trusted: boolean
  /** Newest last: an instrument is trusted for what it does now. */
  readonly pairs: readonly ScoredPair[]
}

/** Every version begins in quarantine. */
export const initialTrust: JudgeTrust = { trusted: false, pairs: [] }

/** Pairs that a standing rests on. */
export const maxPairs = 200
/** Below it nothing is said of an instrument. */
export const minPairs = 50
/** With fewer of either, the ranking of one plan more would swing the measure. */
const minPairsPerClass = 10
/** A version is released from the first on, and keeps its standing down to the second: else one row could turn it again and again. */
const releaseArea = 0.7
const quarantineArea = 0.6

export function addPair({ trusted, pairs }: JudgeTrust, pair: ScoredPair): JudgeTrust {
  const known = [...pairs, pair].slice(-maxPairs)
  return { trusted: distrustReasons(known, trusted).length === 0, pairs: known }
}

/** Why a version may not be trusted now; empty where it may. `trusted` is whether it was. */
export function distrustReasons(pairs: readonly ScoredPair[], trusted: boolean): readonly string[] {
  const right = pairs.filter(pair => pair.right).length
  const each = Math.min(right, pairs.length - right)
  if (pairs.length < minPairs || each < minPairsPerClass)
    return [
      `${right} right and ${pairs.length - right} wrong plans are too few to tell: ${minPairs} in all and ${minPairsPerClass} of each are needed`,
    ]
  const ranked = rocArea(pairs) ?? 0
  const needed = trusted ? quarantineArea : releaseArea
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
export function releaseReason(pairs: readonly ScoredPair[]): string {
  return `area under the ROC curve ${(rocArea(pairs) ?? 0).toFixed(3)} on ${pairs.length} rows, no bias that the probes can tell`
}
