import type { SampleScored } from '#schemas/events.ts'
import { mean } from '#statistics/mean.ts'
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
    | 'exactPlan'
    | 'callF1'
    | 'arguments'
    | 'answerScore'
    | 'answerFiguresStated'
    | 'refused'
  >

/** The right tools give this much of the score, their arguments the rest. */
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
  exactPlan: null,
  callF1: null,
  arguments: [],
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

function gradeAgainstGold({ goldTool, comparison, argument, answer }: GoldEvidence): Grade {
  if (goldTool === null || comparison === null)
    return { ...emptyGrade, ...judgeVersions.gold, refused: 'reviewers were undecided' }
  const { missingTools, extraTools, isExact: exactPlan, f1: callF1 } = comparison
  const toolCorrect = missingTools.length + extraTools.length === 0
  // Without an argument in gold only the tools are graded.
  const argumentSimilarity = mean(comparison.arguments.map(({ score }) => score)) ?? null
  const figuresEqual = argument && sameValues(argument.givenValues, argument.goldValues)
  const answerFiguresStated = answer && containsAllValues(answer.givenValues, answer.goldValues)
  return {
    ...{ ...judgeVersions.gold, goldTool, toolCorrect, argumentSimilarity, figuresEqual, answerFiguresStated },
    ...{ exactPlan, callF1, arguments: comparison.arguments },
    score: toolCorrect ? toolWeight + (1 - toolWeight) * (argumentSimilarity ?? 1) : 0,
    answerScore: answer && (answerFiguresStated ? textSimilarity(answer) : 0),
    refused: null,
  }
}

/** In [0, 1]; rounding can exceed 1. Texts without words have no cosine, and are similar only if equal. */
function textSimilarity({ given, gold }: ComparedTexts): number {
  return given === gold ? 1 : Math.min(1, cosine(featurize(given), featurize(gold)))
}
