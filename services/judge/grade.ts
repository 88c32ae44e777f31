import type { SampleScored } from '#schemas/events.ts'
import { featurize } from '#text/features.ts'
import { containsAllValues, sameValues } from '#text/values.ts'
import { cosine } from '#text/vectors.ts'
import { type JudgeVersion, judgeVersions } from './judge-version.ts'
import type { ComparedTexts, GoldEvidence, OpinionEvidence, Packet, SignalEvidence } from './packet.ts'
import { hasNoSignal, signalScore } from './signals.ts'

export type Grade = JudgeVersion &
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

/** The right tool gives this much of the score, the argument the rest. */
const toolWeight = 0.7

/** Tier 2: grades a packet. Evidence that cannot be graded is refused with a reason; it is not scored 0. */
export function grade(packet: Packet): Grade {
  switch (packet.kind) {
    case 'signals':
      return gradeSignals(packet)
    case 'opinion':
      return gradeOpinion(packet)
    case 'gold':
      return gradeAgainstGold(packet)
    case 'variant': {
      const { plannedTool, goldTool } = packet
      const toolCorrect = plannedTool === goldTool
      return { ...emptyGrade, ...judgeVersions.gold, goldTool, toolCorrect, score: toolCorrect ? 1 : 0 }
    }
    default:
      return packet satisfies never
  }
}

const emptyGrade = {
  goldTool: null,
  score: null,
  toolCorrect: null,
  argumentSimilarity: null,
  figuresEqual: null,
  answerScore: null,
  answerFiguresStated: null,
  refused: null,
}

function gradeSignals({ weights, ...evidence }: SignalEvidence): Grade {
  if (hasNoSignal(evidence))
    return {
      ...emptyGrade,
      ...judgeVersions.signals,
      refused: 'no margin, no confidence, no outcome and no similar gold',
    }
  return { ...emptyGrade, ...judgeVersions.signals, score: signalScore(evidence, weights) }
}

function gradeOpinion({ opinion, rubric, prompt, model }: OpinionEvidence): Grade {
  const version = { ...judgeVersions.model, rubric, prompt, model }
  if ('refused' in opinion) return { ...emptyGrade, ...version, refused: opinion.refused }
  return { ...emptyGrade, ...version, score: opinion.verdict.score }
}

function gradeAgainstGold({ goldTool, sameTools, argument, answer }: GoldEvidence): Grade {
  if (goldTool === null || sameTools === null)
    return { ...emptyGrade, ...judgeVersions.gold, refused: 'reviewers were undecided' }
  const toolCorrect = sameTools
  const argumentSimilarity = argument && textSimilarity(argument)
  const figuresEqual = argument && sameValues(argument.givenValues, argument.goldValues)
  const answerFiguresStated = answer && containsAllValues(answer.givenValues, answer.goldValues)
  // An argument with a wrong value is useless, however similar. Without a gold argument only the tool is graded.
  const argumentScore = argumentSimilarity === null ? 1 : figuresEqual ? argumentSimilarity : 0
  return {
    ...{ ...judgeVersions.gold, goldTool, toolCorrect, argumentSimilarity, figuresEqual, answerFiguresStated },
    score: toolCorrect ? toolWeight + (1 - toolWeight) * argumentScore : 0,
    answerScore: answer && (answerFiguresStated ? textSimilarity(answer) : 0),
    refused: null,
  }
}

/** In [0, 1]; rounding can exceed 1. Texts without words have no cosine, and are similar only if equal. */
function textSimilarity({ given, gold }: ComparedTexts): number {
  return given === gold ? 1 : Math.min(1, cosine(featurize(given), featurize(gold)))
}
