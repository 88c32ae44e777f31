import type { AgentEvent } from '#services/_desk/watch.ts'
import { topic } from '#topology/topic-names.ts'
import { formatPercent } from '../output.ts'

/** One line for an event of the demo's agent; undefined for the events that are not printed. */
export function eventLine({ topic: from, event }: AgentEvent): string | undefined {
  switch (from) {
    case topic.datasets: {
      const { outcome, version, trainingRows, syntheticRows, evaluationRows } = event
      if (outcome !== 'curated') return undefined
      return `dataset ${version}: ${trainingRows} training rows (${syntheticRows} synthetic), ${evaluationRows} frozen for evaluation`
    }
    case topic.tuningRequests: {
      const { outcome, rung, reasons } = event
      return outcome === 'skipped' ? `${rung} rung skipped: ${reasons.join('; ')}` : undefined
    }
    case topic.evaluations: {
      const { rung, rows, candidate, candidateAccuracy, baselineAccuracy, gained, lost } = event
      const accuracies = `${formatPercent(candidateAccuracy)} against ${formatPercent(baselineAccuracy)}`
      return `${rung} candidate ${candidate.slice(0, 8)}: ${accuracies} on ${rows} frozen rows (+${gained} -${lost})`
    }
    case topic.releases: {
      const { outcome, rung, difference, lower, upper, reasons } = event
      const points = `${signedPoints(difference)} [${signedPoints(lower)}, ${signedPoints(upper)}] points`
      return outcome === 'promoted' ? `${rung} RELEASED: ${points}` : `${rung} ${outcome}: ${points}; ${reasons.at(-1)}`
    }
    default:
      return undefined
  }
}

const signedPoints = (difference: number): string => `${difference >= 0 ? '+' : ''}${(100 * difference).toFixed(1)}`
