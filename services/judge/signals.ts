import { logistic, logOddsOf, type OnlineRegression, priorRegression } from '#statistics/online-logistic-regression.ts'
import type { SignalsWithSimilarity } from './packet.ts'

const typicalMargin = 0.3
/** 1 / e. */
const typicalLogConfidence = -1
const slowMs = 15_000
/** Questions less alike than this share words, not a wish. */
const minSimilarity = 0.5

/** What is believed of each feature before any gold, in log-odds that the plan was right, in the order of `features`. */
const priorWeights = {
  constant: 0.2,
  /** Per unit above `usualMargin`. */
  margin: 3,
  /** Per unit of its logarithm above `usualLogConfidence`; the margin says most of it. */
  confidence: 0,
  escalated: -2.5,
  thumbsDown: -2.5,
  thumbsUp: 2,
  repeatAsk: -1,
  slow: -0.3,
  /** Cube of the likeness to gold for the planned tool; sixth power of that to gold for another, since containment comes easily. */
  likeOwn: 1.5,
  likeOther: -1.5,
} as const

/** Of each weight beforehand: gold may well double or undo it. */
export const priorVariance = 1

/** The offline judge before it has seen gold. */
export const initialRegression: OnlineRegression = priorRegression(Object.values(priorWeights), priorVariance)

export function signalFeatures(evidence: SignalsWithSimilarity): readonly number[] {
  const { margin, confidence, escalated, rating, repeatAsk, latencyMs, likeness } = evidence
  return [
    1,
    margin === null ? 0 : margin - typicalMargin,
    confidence === null ? 0 : Math.log(Math.max(confidence, 1e-3)) - typicalLogConfidence,
    Number(escalated),
    Number(rating === 'down'),
    Number(rating === 'up'),
    Number(repeatAsk),
    Number(isSlow(latencyMs)),
    thresholdedSimilarity(likeness.own) ** 3,
    thresholdedSimilarity(likeness.other) ** 6,
  ]
}

/** Nothing that speaks for the plan or against it. */
export function hasNoSignal(evidence: SignalsWithSimilarity): boolean {
  const { margin, confidence, escalated, rating, repeatAsk, latencyMs, likeness } = evidence
  const planner = margin !== null || confidence !== null
  const customer = rating !== null || escalated || repeatAsk || isSlow(latencyMs)
  return !planner && !customer && thresholdedSimilarity(Math.max(likeness.own, likeness.other)) === 0
}

/** The chance that the plan was right. */
export function signalScore(evidence: SignalsWithSimilarity, weights: readonly number[]): number {
  return logistic(logOddsOf(weights, signalFeatures(evidence)))
}

function thresholdedSimilarity(similarity: number): number {
  return similarity < minSimilarity ? 0 : similarity
}

function isSlow(latencyMs: number | null): boolean {
  return (latencyMs ?? 0) > slowMs
}
