import type { StateView } from '#runtime/state/state.ts'
import { isEstimationRow } from '#statistics/estimation-rows.ts'
import { type CalibrationStep, isotonicRegression } from '#statistics/isotonic-regression.ts'
import { type PpiEstimate, ppiMean } from '#statistics/ppi.ts'
import { type Probe, probesOf } from './bias.ts'
import { type Calibration, calibrationOf } from './calibration.ts'
import { type JudgeVersion, judgeVersionKey } from './judge-version.ts'
import { type PlanMetrics, planMetrics } from './plan-metrics.ts'
import { gradeOf, gradesOf, samplesOf, trustOf, versionsOf } from './state.ts'
import { distrustReasons } from './trust.ts'

/** One version of the judge, compared with the newest gold. */
export type JudgeVersionReport = JudgeVersion &
  Calibration & {
    readonly trusted: boolean
    /** Why it is not trusted; empty where it is. */
    readonly faults: readonly string[]
    readonly probes: readonly Probe[]
    /** The calibration curve: the probability that each score means. */
    readonly curve: readonly CalibrationStep[]
    /** Share of production turns with the right plan, from gold and this version's scores together; null with too little gold. */
    readonly accuracy: PpiEstimate | null
    /** The same from gold alone. */
    readonly accuracyByGold: PpiEstimate | null
  }

/** What `GET /v1/judge/AGENT` answers. */
export type JudgeReport = { readonly instruments: readonly JudgeVersionReport[]; readonly planning: PlanMetrics }

/** The report on an agent; undefined where this state holds nothing of it. */
export function reportOf(state: StateView, agent: string): JudgeReport | undefined {
  const grades = gradesOf(state, agent)
  if (samplesOf(state, agent).length + grades.length === 0) return undefined
  return {
    instruments: versionsOf(state, agent).map(judgeVersion => judgeVersionReport(state, agent, judgeVersion)),
    planning: planMetrics(grades),
  }
}

function judgeVersionReport(state: StateView, agent: string, judgeVersion: JudgeVersion): JudgeVersionReport {
  const { trusted, pairs } = trustOf(state, agent, judgeVersion)
  const { labelled, unlabelled } = ppiRows(state, agent, judgeVersion)
  return {
    ...judgeVersion,
    ...calibrationOf(pairs),
    trusted,
    faults: distrustReasons(pairs, trusted),
    probes: probesOf(pairs),
    curve: isotonicRegression(pairs),
    accuracy: ppiMean(labelled, unlabelled) ?? null,
    accuracyByGold: ppiMean(labelled, []) ?? null,
  }
}

/** The samples that this version scored, with and without gold. */
function ppiRows(state: StateView, agent: string, judgeVersion: JudgeVersion) {
  const key = judgeVersionKey(judgeVersion)
  const rows = samplesOf(state, agent).flatMap(([sampleId, sample]) => {
    const scored = sample.scores.find(one => judgeVersionKey(one) === key)
    if (scored === undefined || !isEstimationRow(sample)) return []
    const truth = gradeOf(state, agent, sampleId)?.toolCorrect ?? null
    return [{ truth, judged: scored.pair.score, weight: 1 / sample.inclusionProbability }]
  })
  return {
    labelled: rows.flatMap(({ truth, ...row }) => (truth === null ? [] : [{ ...row, truth: Number(truth) }])),
    unlabelled: rows.filter(({ truth }) => truth === null),
  }
}
