import type { PartitionLag } from '#runtime/log/event-log.ts'
import type { CandidateEvaluated, IntentEmerged, JudgeExamined, ReleaseDecided } from '#schemas/events.ts'
import { type Interval, wilson } from '#statistics/intervals.ts'
import { services } from '#topology/map.ts'
import type { ServiceName } from '#topology/types.ts'
import type { Freshness } from './freshness.ts'
import { estimateQuality, type Quality } from './quality.ts'
import type { ReconciledHour } from './reconcile.ts'
import type { AgentHistory } from './state.ts'

export type ServiceView = {
  readonly name: ServiceName
  readonly lagRecords: number
  /** Age of the oldest record not consumed; 0 where there is none. */
  readonly lagSeconds: number
  readonly limitSeconds: number
  readonly ok: boolean
  /** Dead letters not re-driven yet; 10,000 stands for that or more. */
  readonly parked: number
}

export type ReleaseView = Pick<
  ReleaseDecided,
  'id' | 'at' | 'outcome' | 'planner' | 'previous' | 'rung' | 'datasetVersion'
>

export type CandidateView = Pick<
  CandidateEvaluated,
  'at' | 'rung' | 'datasetVersion' | 'candidate' | 'rows' | 'candidateAccuracy' | 'baselineAccuracy'
> & {
  readonly evaluationId: string
  readonly outcome: ReleaseDecided['outcome'] | 'pending'
  /** Candidate minus baseline on paired rows, with the 95% interval of the gate; null while pending. */
  readonly difference: number | null
  readonly interval: Interval | null
  readonly reasons: readonly string[]
}

export type AgentView = {
  readonly agent: string
  readonly name: string
  readonly tools: number
  /** What is served; null before the first release. The interval is of the accuracy, 95% (Wilson); null where the evaluation is not known. */
  readonly release:
    | (ReleaseView & { readonly accuracy: number; readonly rows: number | null; readonly interval: Interval | null })
    | null
  readonly quality: Quality
  /** Turns of production that were counted, picked or not. */
  readonly turns: number
  /** What customers ask that no tool fits, newest first. */
  readonly emerging: readonly Pick<IntentEmerged, 'at' | 'question' | 'examples' | 'tools' | 'recent' | 'before'>[]
  /** Versions of the judge that gold released or put in quarantine; one that is not here was never released. */
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
  /** Why there is no newer dataset; empty where nothing was said since. */
  readonly waiting: readonly string[]
  readonly releases: readonly ReleaseView[]
}

export type Status = {
  readonly at: number
  /** Those that consume; ingest, gateway and console have nothing to be late with. */
  readonly services: readonly ServiceView[]
  readonly freshness: Freshness
  readonly agents: readonly AgentView[]
  readonly topics: readonly { readonly name: string; readonly records: number }[]
  /** Newest first: what came in, what the log has of it, and what was consumed. */
  readonly hours: readonly ReconciledHour[]
}

/** The services that consume, in the order of the map. */
export const consumingServices = (Object.keys(services) as ServiceName[]).filter(
  name => services[name].reads.length > 0,
)

export function serviceView(name: ServiceName, lag: readonly PartitionLag[], parked: number, now: number): ServiceView {
  const limitSeconds = services[name].maxLagSeconds
  const oldest = Math.min(now, ...lag.flatMap(one => one.oldest ?? []))
  const lagSeconds = (now - oldest) / 1000
  const lagRecords = lag.reduce((sum, { records }) => sum + records, 0)
  return { name, lagRecords, lagSeconds, limitSeconds, ok: lagSeconds <= limitSeconds, parked }
}

export function agentView(agent: string, seen: AgentHistory): AgentView {
  const { described, datasets, evaluations, releases, waiting } = seen
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
    quality: estimateQuality(seen.samples.values()),
    turns: seen.turns,
    emerging: seen.emerging
      .toReversed()
      .map(({ at, question, examples, tools, recent, before }) => ({ at, question, examples, tools, recent, before })),
    judges: Array.from(seen.judges.values(), ({ at, judge, rubric, prompt, model, outcome, reasons }) => ({
      ...{ at, judge, rubric, prompt, model, outcome, reasons },
    })),
    candidates: evaluations.toReversed().map(evaluation =>
      candidateView(
        evaluation,
        releases.find(({ evaluationId, outcome }) => evaluationId === evaluation.id && outcome !== 'rolledBack'),
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

function candidateView(evaluation: CandidateEvaluated, decision: ReleaseDecided | undefined): CandidateView {
  const { id, at, rung, datasetVersion, candidate, rows, candidateAccuracy, baselineAccuracy } = evaluation
  return {
    ...{ evaluationId: id, at, rung, datasetVersion, candidate, rows, candidateAccuracy, baselineAccuracy },
    outcome: decision?.outcome ?? 'pending',
    difference: decision?.difference ?? null,
    interval: decision ? { lower: decision.lower, upper: decision.upper } : null,
    reasons: decision?.reasons ?? [],
  }
}
