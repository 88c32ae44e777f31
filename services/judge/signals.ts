import type { Signals } from './packet.ts'
import { believed, logistic, logOddsOf, type Regression } from './regression.ts'

const usualMargin = 0.3
/** 1 / e. */
const usualLogConfidence = -1
const slowMs = 15_000

/** What is believed of each feature before any gold, in log-odds that the plan was right, in the order of `features`. */
const beforehand = {
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
} as const

/** Of each weight beforehand: gold may well double or undo it. */
export const beliefVariance = 1

/** The offline judge before it has seen gold. */
export const unlearned: Regression = believed(Object.values(beforehand), beliefVariance)

export function features({ margin, confidence, escalated, rating, repeatAsk, latencyMs }: Signals): readonly number[] {
  return [
    1,
    margin === null ? 0 : margin - usualMargin,
    confidence === null ? 0 : Math.log(Math.max(confidence, 1e-3)) - usualLogConfidence,
    Number(escalated),
    Number(rating === 'down'),
    Number(rating === 'up'),
    Number(repeatAsk),
    Number(isSlow(latencyMs)),
  ]
}

/** Nothing that speaks for the plan or against it. */
export function saysNothing({ margin, confidence, escalated, rating, repeatAsk, latencyMs }: Signals): boolean {
  return margin === null && confidence === null && rating === null && !escalated && !repeatAsk && !isSlow(latencyMs)
}

/** The chance that the plan was right. */
export function scoreOf(signals: Signals, weights: readonly number[]): number {
  return logistic(logOddsOf(weights, features(signals)))
}

function isSlow(latencyMs: number | null): boolean {
  return (latencyMs ?? 0) > slowMs
}
