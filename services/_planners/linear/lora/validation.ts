import type { SparseVector } from '#text/features.ts'
import { nearestPositions } from '#text/nearest.ts'
import { indexInnerProducts } from '#text/postings.ts'
import { softmax, voteShares } from '#text/vote.ts'
import type { Weights } from '../model/weights.ts'
import { scoreTools } from '../model/weights.ts'

/** A row whose gold tool (its position) is known. */
export type GoldRow = { readonly vector: SparseVector; readonly tool: number }

export type Validation = {
  /** Share of rows answered with the gold tool. */
  readonly accuracy: number
  /** Mean of -ln(probability of the gold tool) at `scale`, in nats, no row counting more than -ln(FLOOR). */
  readonly logLoss: number
  /** The softmax scale that makes the log loss least: temperature scaling (Guo et al., ICML 2017). */
  readonly scale: number
}

/** Gold labels are wrong at times; without a floor a few such rows would decide the comparison. */
const MIN_PROBABILITY = 0.001
const SCALE_CANDIDATES = [3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 30]
const WEIGHT_CANDIDATES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]

/** Grades weights on rows they were not trained on. */
export function validateWeights(weights: Weights, rows: readonly GoldRow[]): Validation {
  const scored = rows.map(({ vector, tool }) => ({
    tool,
    scores: scoreTools(weights, vector, new Float64Array(weights.tools)),
  }))
  const losses = SCALE_CANDIDATES.map(scale => {
    const total = scored.reduce(
      (sum, { tool, scores }) => sum + negativeLogLikelihood(softmax(scores.slice(), scale)[tool]),
      0,
    )
    return { scale, logLoss: total / rows.length }
  })
  const best = losses.reduce((least, loss) => (loss.logLoss < least.logLoss ? loss : least))
  const right = scored.filter(({ tool, scores }) => argMax(scores) === tool).length
  return { ...best, accuracy: right / rows.length }
}

/**
 * The share of a vote of the `neighbours` nearest training rows that serves the held rows best, 0 for none, and the
 * accuracy with it. It is chosen by the Brier score, which falls more smoothly than accuracy rises.
 */
export function chooseBlend(
  weights: Weights,
  scale: number,
  training: readonly GoldRow[],
  held: readonly GoldRow[],
  neighbours: number,
): { readonly weight: number; readonly accuracy: number } {
  const similarities = indexInnerProducts(training.map(({ vector }) => vector))
  const rows = held.map(({ vector, tool }) => {
    const hits = nearestPositions(similarities(vector), neighbours).map(({ at, similarity }) => ({
      id: '',
      tool: String(training[at]?.tool),
      similarity,
    }))
    const own = softmax(scoreTools(weights, vector, new Float64Array(weights.tools)), scale)
    const votes = voteShares(hits)
    return {
      tool,
      own,
      votes: own.map((probability, at) => (votes.size === 0 ? probability : (votes.get(String(at)) ?? 0))),
    }
  })
  const graded = WEIGHT_CANDIDATES.map(weight => {
    const blended = rows.map(({ tool, own, votes }) => ({
      tool,
      probabilities: own.map((probability, at) => (1 - weight) * probability + weight * (votes[at] ?? 0)),
    }))
    const brier = blended.reduce((sum, { tool, probabilities }) => sum + squaredError(probabilities, tool), 0)
    const right = blended.filter(({ tool, probabilities }) => argMax(probabilities) === tool).length
    return { weight, brier, accuracy: right / rows.length }
  })
  const { weight, accuracy } = graded.reduce((least, grade) => (grade.brier < least.brier ? grade : least))
  return { weight, accuracy }
}

function negativeLogLikelihood(probability = 0): number {
  return -Math.log(Math.max(probability, MIN_PROBABILITY))
}

function squaredError(probabilities: Float64Array, tool: number): number {
  return probabilities.reduce((sum, probability, at) => sum + (probability - (at === tool ? 1 : 0)) ** 2, 0)
}

function argMax(scores: Float64Array): number {
  let best = 0
  for (let at = 1; at < scores.length; at++) if ((scores[at] ?? 0) > (scores[best] ?? 0)) best = at
  return best
}
