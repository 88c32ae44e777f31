import { featurize } from '#planner/features.ts'
import { cosine } from '#planner/vectors.ts'
import type { SampleScored } from '#schemas/events.ts'
import type { GoldEvidence, Packet, Signals } from './packet.ts'

export type Grade = Pick<
  SampleScored,
  'goldTool' | 'score' | 'toolCorrect' | 'argumentSimilarity' | 'figuresEqual' | 'refused' | 'judge'
>

/** Versions of the two instruments; a change of their formulas or weights is a new version. */
export const instruments = { signals: 'signals/v1', gold: 'gold/v1' } as const

/**
 * Log-odds that the plan was right, by signal: prior weights, stated rather than fitted. Whether they rank plans well is
 * measured against gold (`calibration.ts`).
 */
const logOdds = {
  prior: 0.2,
  /** Per unit of margin above or below `usualMargin`. */
  margin: 3,
  escalated: -2.5,
  thumbsDown: -2.5,
  thumbsUp: 2,
  repeatAsk: -1,
  slow: -0.3,
} as const
const usualMargin = 0.3
const slowMs = 15_000

/** The right tool is most of it; the argument decides the rest. */
const toolShare = 0.7

/** Tier 2: grades a packet. Evidence that cannot be graded is refused with a reason, never scored 0. */
export function grade(packet: Packet): Grade {
  switch (packet.kind) {
    case 'signals':
      return bySignals(packet)
    case 'gold':
      return byGold(packet)
    case 'variant': {
      const toolCorrect = packet.plannedTool === packet.goldTool
      return {
        ...ungraded,
        judge: instruments.gold,
        goldTool: packet.goldTool,
        toolCorrect,
        score: toolCorrect ? 1 : 0,
      }
    }
    default:
      return packet satisfies never
  }
}

const ungraded = {
  goldTool: null,
  score: null,
  toolCorrect: null,
  argumentSimilarity: null,
  figuresEqual: null,
  refused: null,
}

function bySignals({ margin, escalated, rating, repeatAsk, latencyMs }: Signals): Grade {
  const slow = (latencyMs ?? 0) > slowMs
  if (margin === null && rating === null && !escalated && !repeatAsk && !slow)
    return { ...ungraded, judge: instruments.signals, refused: 'no margin and no outcome to judge by' }
  const sum =
    logOdds.prior +
    (margin === null ? 0 : logOdds.margin * (margin - usualMargin)) +
    (escalated ? logOdds.escalated : 0) +
    (rating === 'down' ? logOdds.thumbsDown : 0) +
    (rating === 'up' ? logOdds.thumbsUp : 0) +
    (repeatAsk ? logOdds.repeatAsk : 0) +
    (slow ? logOdds.slow : 0)
  return { ...ungraded, judge: instruments.signals, score: 1 / (1 + Math.exp(-sum)) }
}

function byGold(evidence: GoldEvidence): Grade {
  const { plannedTool, goldTool, plannedArgument, goldArgument, plannedFigures, goldFigures } = evidence
  if (goldTool === null) return { ...ungraded, judge: instruments.gold, refused: 'reviewers were undecided' }
  const toolCorrect = plannedTool === goldTool
  const known = goldArgument !== null
  const argumentSimilarity = known ? similarity(plannedArgument, goldArgument) : null
  const figuresEqual = known ? plannedFigures.join() === goldFigures.join() : null
  // A wrong amount makes the best-worded argument useless; where no right argument is known, the tool is all there is to grade.
  const argument = argumentSimilarity === null ? 1 : figuresEqual ? argumentSimilarity : 0
  const score = toolCorrect ? toolShare + (1 - toolShare) * argument : 0
  return { judge: instruments.gold, goldTool, score, toolCorrect, argumentSimilarity, figuresEqual, refused: null }
}

/** In [0, 1]: rounding can push a cosine of equal texts just above 1. Texts without a word are alike only if equal. */
function similarity(left: string, right: string): number {
  return left === right ? 1 : Math.min(1, cosine(featurize(left), featurize(right)))
}
