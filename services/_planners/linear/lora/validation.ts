import { at } from '#runtime/core/checked.ts'
import { argMax } from '#statistics/argmax.ts'
import type { SparseVector } from '#text/features.ts'
import { softmax } from '#text/vote.ts'
import { scoreTools, type Weights } from '../model/weights.ts'

/** A row whose gold tool (its position) is known. */
export type GoldRow = { readonly vector: SparseVector; readonly tool: number }

export type Validation = {
  /** Share of rows answered with the gold tool. */
  readonly accuracy: number
  /** Mean of -ln(probability of the gold tool) at `scale`, in nats, no row counting more than -ln(MIN_PROBABILITY). */
  readonly logLoss: number
  /** The softmax scale that makes the log loss least: temperature scaling (Guo et al., ICML 2017). */
  readonly scale: number
}

/** Gold labels are wrong at times; without a floor a few such rows would decide the comparison. */
const MIN_PROBABILITY = 0.001
const SCALE_CANDIDATES = [3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 30]

/** Grades weights on rows that they were not trained on, at least one. */
export function validateWeights(weights: Weights, rows: readonly GoldRow[]): Validation {
  const scored = rows.map(({ vector, tool }) => ({
    tool,
    scores: scoreTools(weights, vector, new Float64Array(weights.tools)),
  }))
  const losses = SCALE_CANDIDATES.map(scale => {
    const total = scored.reduce(
      (sum, { tool, scores }) => sum + negativeLogLikelihood(at(softmax(scores.slice(), scale), tool)),
      0,
    )
    return { scale, logLoss: total / rows.length }
  })
  const best = losses.reduce((least, loss) => (loss.logLoss < least.logLoss ? loss : least))
  const right = scored.filter(({ tool, scores }) => argMax(scores) === tool).length
  return { ...best, accuracy: right / rows.length }
}

function negativeLogLikelihood(probability: number): number {
  return -Math.log(Math.max(probability, MIN_PROBABILITY))
}
