import type { CandidateEvaluated, IntentEmerged, JudgeExamined, ReleaseDecided } from '#schemas/events.ts'
import { type Interval, wilson } from '#statistics/intervals.ts'
import { type AgentHistory, turnsOfDay } from './history.ts'
import { estimateQuality, type Quality } from './quality.ts'

export type ReleaseView = Pick<
  ReleaseDecided,
  'id' | 'at' | 'outcome' | 'planner' | 'previous' | 'rung' | 'datasetVersion'
>

export type CandidateView = Pick<
  CandidateEvaluated,
  'at' | 'rung' | 'datasetVersion' | 'candidate' | 'rows' | 'candidateAccuracy' | 'baselineAccuracy'
> & {
  /** What production did on the rows that the agent's own planner planned; null without such rows. */
  readonly production: { readonly accuracy: number; readonly rows: number } | null
  /** Whether the baseline was released; otherwise it is the untuned planner. */
  readonly baselineReleased: boolean
  readonly evaluationId: string
  readonly outcome: ReleaseDecided['outcome'] | 'pending'
  /** Candidate minus the hardest baseline on paired rows, with the 95% interval of the gate; null while pending. */
  readonly difference: number | null
  readonly interval: Interval | null
  readonly reasons: readonly string[]
}

export type AgentView = {
  readonly agent: string
  readonly name: string
  readonly tools: number
  /**
   * What is served; null before the first release. `interval` is the 95% interval (Wilson) of the accuracy. `rows` and
   * `interval` are null where the evaluation is not known.
   */
  readonly release:
    | (ReleaseView & { readonly accuracy: number; readonly rows: number | null; readonly interval: Interval | null })
    | null
  readonly quality: Quality
  /**
   * Production turns of the last 24 hours that the sampler has counted, picked or not. It publishes a count after every 500 turns of
   * an agent in a partition, so there were at least so many.
   */
  readonly turnsOfDayAtLeast: number
  /** Questions that more and more customers ask and no tool fits, newest first. */
  readonly emerging: readonly Pick<IntentEmerged, 'at' | 'question' | 'examples' | 'tools' | 'recent' | 'before'>[]
  /** Versions of the judge that gold released or quarantined. One that is not listed was never released. */
  readonly judges: readonly Pick<
    JudgeExamined,
    'at' | 'judge' | 'rubric' | 'prompt' | 'model' | 'outcome' | 'reasons'
  >[]
  /** Newest first, as are the lists below. */
  readonly candidates: readonly CandidateView[]
  readonly datasets: readonly {
    readonly version: number
    readonly at: number
    readonly gold: number
    readonly trainingRows: number
    readonly syntheticRows: number
    readonly evaluationRows: number
    readonly families: number
  }[]
  /** Why there is no newer dataset; empty where the newest decision made one. */
  readonly waiting: readonly string[]
  readonly releases: readonly ReleaseView[]
}

export function agentView(agent: string, history: AgentHistory, now: number): AgentView {
  const { described, datasets, evaluations, releases, waiting } = history
  const current = releases.findLast(({ outcome }) => outcome !== 'rejected')
  const rows = evaluations.find(({ id }) => id === current?.evaluationId)?.rows ?? null
  return {
    agent,
    name: described?.name ?? agent,
    tools: described?.tools.length ?? 0,
    release: current
      ? {
          ...releaseView(current),
          accuracy: current.accuracy,
          rows,
          interval: rows === null ? null : wilson(current.accuracy * rows, rows),
        }
      : null,
    quality: estimateQuality(history.samples.values()),
    turnsOfDayAtLeast: turnsOfDay(history.turns, now),
    emerging: history.emerging
      .toReversed()
      .map(({ at, question, examples, tools, recent, before }) => ({ at, question, examples, tools, recent, before })),
    judges: Array.from(history.judges.values(), ({ at, judge, rubric, prompt, model, outcome, reasons }) => ({
      ...{ at, judge, rubric, prompt, model, outcome, reasons },
    })),
    candidates: evaluations.toReversed().map(evaluation =>
      candidateView(
        evaluation,
        releases.find(({ evaluationId, outcome }) => evaluationId === evaluation.id && outcome !== 'rolledBack'),
        releases.some(({ planner, outcome }) => planner === evaluation.baseline && outcome !== 'rejected'),
      ),
    ),
    datasets: datasets
      .toReversed()
      .map(({ version, at, gold, trainingRows, syntheticRows, evaluationRows, families }) => ({
        ...{ version, at, gold, trainingRows, syntheticRows, evaluationRows, families },
      })),
    waiting: waiting?.reasons ?? [],
    releases: releases.toReversed().map(releaseView),
  }
}

const releaseView = ({ id, at, outcome, planner, previous, rung, datasetVersion }: ReleaseDecided): ReleaseView => ({
  ...{ id, at, outcome, planner, previous, rung, datasetVersion },
})

function candidateView(
  evaluation: CandidateEvaluated,
  decision: ReleaseDecided | undefined,
  baselineReleased: boolean,
): CandidateView {
  const { id, at, rung, datasetVersion, candidate, rows, candidateAccuracy, baselineAccuracy, production } = evaluation
  return {
    ...{ evaluationId: id, at, rung, datasetVersion, candidate, rows, candidateAccuracy, baselineAccuracy },
    production: production && { accuracy: production.accuracy, rows: production.rows },
    baselineReleased,
    outcome: decision?.outcome ?? 'pending',
    difference: decision?.difference ?? null,
    interval: decision ? { lower: decision.lower, upper: decision.upper } : null,
    reasons: decision?.reasons ?? [],
  }
}
