import type { ChatLogged, SampleScored, SampleSelected } from '#schemas/events.ts'
import { toolOf } from '#schemas/turns.ts'
import { conversationsOf } from '#services/_desk/customers.ts'
import { deskQuestions } from '#services/_desk/questions.ts'
import { type Calibration, calibrationOf } from '#services/judge/calibration.ts'
import { judgeVersions } from '#services/judge/judge-version.ts'
import { type PpiEstimate, ppiMean } from '#statistics/ppi.ts'

export type JudgedStream = {
  readonly turns: readonly ChatLogged[]
  readonly samples: readonly SampleSelected[]
  /** In the order in which they were given. */
  readonly scores: readonly SampleScored[]
}

export type Quality = {
  readonly strata: readonly (Calibration & { readonly stratum: string })[]
  /** Share of all turns that were planned right: the truth, and its estimates from the samples. */
  readonly accuracy: {
    readonly truth: number
    readonly gold: PpiEstimate | null
    readonly goldAndJudge: PpiEstimate | null
  }
}

/** Rounds and chats of a round that no demo exceeds: a conversation's id and question do not depend on their number. */
const [rounds, maxChats] = [3, 20_000]

/** Compares the scores of the offline judge with the truth. Each was made before its own gold, after learning from earlier gold. */
export function quality(seed: number, { turns, samples, scores }: JudgedStream): Quality {
  const tools = truthOf(seed)
  const isRight = (conversationId: string, tool: string): boolean => tools.get(conversationId) === tool
  const byId = new Map(samples.map(sample => [sample.id, sample]))
  let gold = 0
  const rows = scores.flatMap(({ source, judge, score, sampleId, toolCorrect }) => {
    if (source === 'gold' && toolCorrect !== null) gold++
    const sample = byId.get(sampleId)
    if (source !== 'production' || judge !== judgeVersions.signals.judge || score === null || !sample) return []
    const right = isRight(sample.conversationId, toolOf(sample.plan.calls))
    return [{ sample, gold, score, right, length: 0, first: null, sameFamily: null }]
  })
  type Row = (typeof rows)[number]
  const strataOf = ({ sample: { outcome, arms, plan }, gold: before }: Row): readonly string[] => [
    'all',
    before === 0 ? 'no gold yet' : before < 500 ? '1 to 499 gold before' : '500 or more gold before',
    outcome.escalated || outcome.rating !== null ? 'the customer said something' : 'the customer said nothing',
    outcome.repeatAsk ? 'asked again' : 'asked once',
    ...arms.map(({ arm }) => `chosen by ${arm}`),
    `planned ${toolOf(plan.calls)}`,
  ]
  const strata = Map.groupBy(
    rows.flatMap(row => strataOf(row).map(stratum => ({ ...row, stratum }))),
    ({ stratum }) => stratum,
  )
  return {
    strata: Array.from(strata, ([stratum, some]) => ({ stratum, ...calibrationOf(some) })).sort(
      (a, b) => Number(a.stratum.startsWith('planned')) - Number(b.stratum.startsWith('planned')) || b.rows - a.rows,
    ),
    accuracy: {
      truth:
        turns.filter(({ conversationId, plan }) => isRight(conversationId, toolOf(plan.calls))).length / turns.length,
      ...estimates(rows, scores),
    },
  }
}

function truthOf(seed: number): ReadonlyMap<string, string> {
  const questions = deskQuestions()
  const asked = Array.from({ length: rounds }, (_none, round) =>
    conversationsOf(questions, seed, round, [1, 1, 1], maxChats),
  )
  return new Map(asked.flat().map(({ id, question }) => [id, question.tool]))
}

function estimates(
  rows: readonly { readonly sample: SampleSelected; readonly score: number }[],
  scores: readonly SampleScored[],
): Omit<Quality['accuracy'], 'truth'> {
  const gold = new Map(
    scores.flatMap(({ source, sampleId, toolCorrect }) =>
      source === 'gold' && toolCorrect !== null ? [[sampleId, Number(toolCorrect)] as const] : [],
    ),
  )
  const known = rows
    .filter(({ sample }) => !sample.correction)
    .map(({ sample, score }) => ({
      truth: gold.get(sample.id),
      judged: score,
      weight: 1 / sample.inclusionProbability,
    }))
  const labelled = known.flatMap(({ truth, ...row }) => (truth === undefined ? [] : [{ ...row, truth }]))
  const unlabelled = known.filter(({ truth }) => truth === undefined)
  return {
    gold: ppiMean(labelled, []) ?? null,
    goldAndJudge: ppiMean(labelled, unlabelled) ?? null,
  }
}
