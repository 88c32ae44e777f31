import { rocArea } from '#statistics/binary-scores.ts'
import { isBiased, isCleared, probesOf } from './bias.ts'
import type { ScoredPair } from './calibration.ts'

/** Whether the scores of one judge version count, and the pairs that decide it. */
export type JudgeTrust = {
  readonly trusted: boolean
  /** Newest last. */
  readonly pairs: readonly ScoredPair[]
}

/** Every version begins in quarantine. */
export const initialTrust: JudgeTrust = { trusted: false, pairs: [] }

/** The newest pairs that trust is decided from: what a version did long ago does not count. */
export const maxPairs = 200
/** With fewer pairs nothing is decided about a version. */
export const minPairs = 50
/** With fewer pairs of either kind, one more would change the area too much. */
const minPairsPerClass = 10
/** A version is released from the first area on and quarantined below the second. The gap keeps single rows from switching it to and fro. */
const releaseArea = 0.7
const quarantineArea = 0.6

export function addPair({ trusted, pairs }: JudgeTrust, pair: ScoredPair): JudgeTrust {
  const newest = [...pairs, pair].slice(-maxPairs)
  return { trusted: distrustReasons(newest, trusted).length === 0, pairs: newest }
}

/** Why a version cannot be trusted now; empty where it can. `trusted` says whether it was trusted before. */
export function distrustReasons(pairs: readonly ScoredPair[], trusted: boolean): readonly string[] {
  const right = pairs.filter(pair => pair.right).length
  const wrong = pairs.length - right
  const area = rocArea(pairs)
  if (area === undefined || pairs.length < minPairs || Math.min(right, wrong) < minPairsPerClass)
    return [
      `${right} right and ${wrong} wrong plans are too few: ${minPairs} in all and ${minPairsPerClass} of each are needed`,
    ]
  const neededArea = trusted ? quarantineArea : releaseArea
  return [
    ...(area < neededArea ? [`area under the ROC curve ${area.toFixed(3)}, ${neededArea} needed`] : []),
    ...probesOf(pairs)
      .filter(probe => (trusted ? isBiased(probe) : !isCleared(probe)))
      .map(({ probe, effect, standardError, rows }) => {
        const shift = `${effect < 0 ? '' : '+'}${effect.toFixed(3)} (standard error ${standardError.toFixed(3)}, ${rows} rows)`
        return `bias: ${probe} moves the score by ${shift}`
      }),
  ]
}

/** Why a version is released. */
export function releaseReason(pairs: readonly ScoredPair[]): string {
  return `area under the ROC curve ${rocArea(pairs)?.toFixed(3) ?? 'unknown'} on ${pairs.length} rows, no bias found by the probes`
}
