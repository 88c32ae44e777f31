import type { FollowedRecord } from '#runtime/processing/follow-topics.ts'
import type { CandidateEvaluated, DatasetDecided, ReleaseDecided, TuningDecided } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'

const formatPercent = (share: number): string => `${(100 * share).toFixed(1)}%`
const shortDigest = (digest: string): string => digest.slice(0, 8)

/** Tells an event of the wheel in one line; most events are not worth one. */
export function printEvent(followed: FollowedRecord, report: (line: string) => void): void {
  const line = eventLine(followed)
  if (line !== undefined) report(`  ${line}`)
}

function eventLine({ topic: from, event }: FollowedRecord): string | undefined {
  if (from === topic.datasets) {
    const { outcome, version, trainingRows, syntheticRows, evaluationRows } = event as DatasetDecided
    return outcome === 'curated'
      ? `dataset ${version}: ${trainingRows} training rows (${syntheticRows} synthetic), ${evaluationRows} frozen for evaluation`
      : undefined
  }
  if (from === topic.tuningRequests) {
    const { outcome, rung, reasons } = event as TuningDecided
    return outcome === 'skipped' ? `${rung} rung skipped: ${reasons.join('; ')}` : undefined
  }
  if (from === topic.evaluations) {
    const { rung, rows, candidate, candidateAccuracy, baselineAccuracy, gained, lost } = event as CandidateEvaluated
    return `${rung} candidate ${shortDigest(candidate)}: ${formatPercent(candidateAccuracy)} against ${formatPercent(baselineAccuracy)} on ${rows} frozen rows (+${gained} -${lost})`
  }
  if (from === topic.releases) {
    const { outcome, rung, difference, lower, upper, reasons } = event as ReleaseDecided
    const points = `${signedPoints(difference)} [${signedPoints(lower)}, ${signedPoints(upper)}] points`
    return outcome === 'promoted'
      ? `${rung} RELEASED: ${points}`
      : `${rung} ${outcome}: ${points}; ${reasons.at(-1) ?? ''}`
  }
  return undefined
}

const signedPoints = (difference: number): string => `${difference >= 0 ? '+' : ''}${(100 * difference).toFixed(1)}`
