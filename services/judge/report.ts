import type { StateView } from '#runtime/state/state.ts'
import { isEstimationRow } from '#statistics/estimation-rows.ts'
import { type CalibrationStep, isotonicRegression } from '#statistics/isotonic-regression.ts'
import { type PpiEstimate, ppiMean } from '#statistics/ppi.ts'
import { type Probe, probesOf } from './bias.ts'
import { type Calibration, calibrationOf } from './calibration.ts'
import { type JudgeVersion, judgeVersionKey } from './judge-version.ts'
import { type PlanMetrics, planMetrics } from './plan-metrics.ts'
import { collectionsOf, type GoldGrade, gradedOf, type JudgeVersionTrust, type SampleScores, trustOf } from './state.ts'
import { distrustReasons } from './trust.ts'

/** One version of the judge, held against the newest gold. */
export type JudgeVersionReport = JudgeVersion &
  Calibration & {
    readonly trusted: boolean
    /** Why it is not; empty where it is. */
    readonly faults: readonly string[]
    readonly probes: readonly Probe[]
    /** What its scores mean: the calibration curve. */
    readonly curve: readonly CalibrationStep[]
    /** Share of production turns that were planned right, from gold and this version's scores together; null with too little gold. */
    readonly accuracy: PpiEstimate | null
    /** The same from gold alone. */
    readonly accuracyByGold: PpiEstimate | null
  }

export type JudgeReport = { readonly instruments: readonly JudgeVersionReport[]; readonly planning: PlanMetrics }

/** What the judge knows of an agent, and of itself; undefined where it has not seen the agent in this memory. */
export function reportOf(state: StateView, agent: string): JudgeReport | undefined {
  const names = collectionsOf(agent)
  if (state.size(names.judged) + state.size(names.graded) === 0) return undefined
  return {
    instruments: Array.from(state.entries<JudgeVersionTrust>(names.standings), ([, { instrument }]) =>
      judgeVersionReport(state, agent, instrument),
    ),
    planning: planMetrics(gradedOf(state, agent)),
  }
}

function judgeVersionReport(state: StateView, agent: string, judgeVersion: JudgeVersion): JudgeVersionReport {
  const { trusted, pairs } = trustOf(state, agent, judgeVersion)
  const { labelled, unlabelled } = ppiRows(state, agent, judgeVersionKey(judgeVersion))
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

/** Samples that this version scored. Corrections had lost their chance at arrival and are left out, as in every estimate. */
function ppiRows(state: StateView, agent: string, key: string) {
  const { judged, graded } = collectionsOf(agent)
  const rows = Array.from(state.entries<SampleScores>(judged)).flatMap(
    ([sampleId, { arms, inclusionProbability, scores }]) => {
      const own = scores.find(one => judgeVersionKey(one) === key)
      if (own === undefined || !isEstimationRow({ arms })) return []
      const right = state.get<GoldGrade>(graded, sampleId)?.toolCorrect
      return [{ truth: right ?? null, judged: own.pair.score, weight: 1 / inclusionProbability }]
    },
  )
  return {
    labelled: rows.flatMap(({ truth, ...row }) => (truth === null ? [] : [{ ...row, truth: Number(truth) }])),
    unlabelled: rows.filter(({ truth }) => truth === null),
  }
}
