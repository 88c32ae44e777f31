import type { SampleScored } from '#schemas/events.ts'
import { featurize } from '#text/features.ts'
import { sameValues, statesAll } from '#text/values.ts'
import { cosine } from '#text/vectors.ts'
import { type Instrument, instruments } from './instrument.ts'
import type { Compared, GoldEvidence, OpinionEvidence, Packet, SignalEvidence } from './packet.ts'
import { saysNothing, scoreOf } from './signals.ts'

export type Grade = Instrument &
  Pick<
    SampleScored,
    | 'goldTool'
    | 'score'
    | 'toolCorrect'
    | 'argumentSimilarity'
    | 'figuresEqual'
    | 'answerScore'
    | 'answerFiguresStated'
    | 'refused'
  >

/** The right tool is most of it; the argument decides the rest. */
const toolShare = 0.7

/** Tier 2: grades a packet. Evidence that cannot be graded is refused with a reason, never scored 0. */
export function grade(packet: Packet): Grade {
  switch (packet.kind) {
    case 'signals':
      return bySignals(packet)
    case 'opinion':
      return byOpinion(packet)
    case 'gold':
      return byGold(packet)
    case 'variant': {
      const { plannedTool, goldTool } = packet
      const toolCorrect = plannedTool === goldTool
      return { ...ungraded, ...instruments.gold, goldTool, toolCorrect, score: toolCorrect ? 1 : 0 }
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
  answerScore: null,
  answerFiguresStated: null,
  refused: null,
}

function bySignals({ weights, ...evidence }: SignalEvidence): Grade {
  if (saysNothing(evidence))
    return { ...ungraded, ...instruments.signals, refused: 'no margin, no outcome and no gold like it to judge by' }
  return { ...ungraded, ...instruments.signals, score: scoreOf(evidence, weights) }
}

function byOpinion({ opinion, rubric, prompt, model }: OpinionEvidence): Grade {
  const asked = { ...instruments.model, rubric, prompt, model }
  if ('refused' in opinion) return { ...ungraded, ...asked, refused: opinion.refused }
  return { ...ungraded, ...asked, score: opinion.verdict.score }
}

function byGold({ plannedTool, goldTool, argument, answer }: GoldEvidence): Grade {
  if (goldTool === null) return { ...ungraded, ...instruments.gold, refused: 'reviewers were undecided' }
  const toolCorrect = plannedTool === goldTool
  const argumentSimilarity = argument && similarity(argument)
  const figuresEqual = argument && sameValues(argument.givenValues, argument.goldValues)
  const answerFiguresStated = answer && statesAll(answer.givenValues, answer.goldValues)
  // A wrong amount makes the best-worded argument useless; where no right argument is known, the tool is all there is to grade.
  const worth = argumentSimilarity === null ? 1 : figuresEqual ? argumentSimilarity : 0
  return {
    ...{ ...instruments.gold, goldTool, toolCorrect, argumentSimilarity, figuresEqual, answerFiguresStated },
    score: toolCorrect ? toolShare + (1 - toolShare) * worth : 0,
    answerScore: answer && (answerFiguresStated ? similarity(answer) : 0),
    refused: null,
  }
}

/** In [0, 1]: rounding can push a cosine of equal texts just above 1. Texts without a word are alike only if equal. */
function similarity({ given, gold }: Compared): number {
  return given === gold ? 1 : Math.min(1, cosine(featurize(given), featurize(gold)))
}
