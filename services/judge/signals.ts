import { slowAnswerMs } from '#schemas/outcome.ts'
import { logistic, logOddsOf, type OnlineRegression, priorRegression } from '#statistics/online-logistic-regression.ts'
import type { SignalsWithSimilarity } from './packet.ts'

/** Questions below this similarity share words and not what the customer wants. */
const minSimilarity = 0.5

type Feature = {
  readonly name: string
  /** Its weight before any gold, in log-odds that the plan was right. */
  readonly prior: number
  readonly measure: (evidence: SignalsWithSimilarity) => number
}

/** The features of the regression. Packets and state hold one weight for each in this order: a change of it is a new judge version. */
const features: readonly Feature[] = [
  { name: 'constant', prior: 0.2, measure: () => 1 },
  // Above a typical margin.
  { name: 'margin', prior: 3, measure: ({ margin }) => (margin === null ? 0 : margin - 0.3) },
  // Above a typical log-confidence. The margin says most of it, so that it starts without weight.
  {
    name: 'confidence',
    prior: 0,
    measure: ({ confidence }) => (confidence === null ? 0 : Math.log(Math.max(confidence, 1e-3)) + 1),
  },
  { name: 'escalated', prior: -2.5, measure: ({ escalated }) => Number(escalated) },
  { name: 'thumbsDown', prior: -2.5, measure: ({ rating }) => Number(rating === 'down') },
  { name: 'thumbsUp', prior: 2, measure: ({ rating }) => Number(rating === 'up') },
  { name: 'repeatAsk', prior: -1, measure: ({ repeatAsk }) => Number(repeatAsk) },
  { name: 'slow', prior: -0.3, measure: ({ latencyMs }) => Number(isSlow(latencyMs)) },
  { name: 'goldOfSameTool', prior: 1.5, measure: ({ likeness }) => thresholdedSimilarity(likeness.own) ** 3 },
  // A higher power, since containment reaches high values more easily than cosine.
  { name: 'goldOfOtherTool', prior: -1.5, measure: ({ likeness }) => thresholdedSimilarity(likeness.other) ** 6 },
]

/** Variance of each weight before any gold: gold may well double or reverse a weight. */
export const priorVariance = 1

/** The offline judge before it has seen gold. */
export const initialRegression: OnlineRegression = priorRegression(
  features.map(({ prior }) => prior),
  priorVariance,
)

export function signalFeatures(evidence: SignalsWithSimilarity): readonly number[] {
  return features.map(({ measure }) => measure(evidence))
}

/** True where neither the planner, nor the outcome, nor similar gold says anything about the plan. */
export function hasNoSignal(evidence: SignalsWithSimilarity): boolean {
  const { margin, confidence, escalated, rating, repeatAsk, latencyMs, likeness } = evidence
  const fromPlanner = margin !== null || confidence !== null
  const fromOutcome = rating !== null || escalated || repeatAsk || isSlow(latencyMs)
  const fromGold = Math.max(likeness.own, likeness.other) >= minSimilarity
  return !fromPlanner && !fromOutcome && !fromGold
}

/** The probability that the plan was right. */
export function signalScore(evidence: SignalsWithSimilarity, weights: readonly number[]): number {
  return logistic(logOddsOf(weights, signalFeatures(evidence)))
}

function thresholdedSimilarity(similarity: number): number {
  return similarity < minSimilarity ? 0 : similarity
}

function isSlow(latencyMs: number | null): boolean {
  return latencyMs !== null && latencyMs > slowAnswerMs
}
