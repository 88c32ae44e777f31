import type { StateView } from '#runtime/state/state.ts'
import { type PredictionPowered, predictionPowered } from '#statistics/ppi.ts'
import { type Probe, probesOf } from './bias.ts'
import { type Calibration, calibrationOf } from './calibration.ts'
import { type Instrument, keyOf } from './instrument.ts'
import { isotonic, type Step } from './isotonic.ts'
import { type Planning, planningOf } from './planning.ts'
import { faultsOf } from './standing.ts'
import { collectionsOf, type Graded, gradedOf, type Judged, type Named, standingOf } from './state.ts'

/** One version of the judge, held against the newest gold. */
export type InstrumentReport = Instrument &
  Calibration & {
    readonly trusted: boolean
    /** Why it is not; empty where it is. */
    readonly faults: readonly string[]
    readonly probes: readonly Probe[]
    /** What its scores mean: the calibration curve. */
    readonly curve: readonly Step[]
    /** Share of production turns that were planned right, from gold and this version's scores together; null with too little gold. */
    readonly accuracy: PredictionPowered | null
    /** The same from gold alone. */
    readonly accuracyByGold: PredictionPowered | null
  }

export type JudgeReport = { readonly instruments: readonly InstrumentReport[]; readonly planning: Planning }

/** What the judge knows of an agent, and of itself; undefined where it has not seen the agent in this memory. */
export function reportOf(state: StateView, agent: string): JudgeReport | undefined {
  const names = collectionsOf(agent)
  if (state.size(names.judged) + state.size(names.graded) === 0) return undefined
  return {
    instruments: Array.from(state.entries<Named>(names.standings), ([, { instrument }]) =>
      instrumentOf(state, agent, instrument),
    ),
    planning: planningOf(gradedOf(state, agent)),
  }
}

function instrumentOf(state: StateView, agent: string, instrument: Instrument): InstrumentReport {
  const { trusted, pairs } = standingOf(state, agent, instrument)
  const { labelled, unlabelled } = rowsOf(state, agent, keyOf(instrument))
  return {
    ...instrument,
    ...calibrationOf(pairs),
    trusted,
    faults: faultsOf(pairs, trusted),
    probes: probesOf(pairs),
    curve: isotonic(pairs),
    accuracy: predictionPowered(labelled, unlabelled) ?? null,
    accuracyByGold: predictionPowered(labelled, []) ?? null,
  }
}

/** Samples that this version scored. Corrections had lost their chance at arrival and are left out, as in every estimate. */
function rowsOf(state: StateView, agent: string, key: string) {
  const { judged, graded } = collectionsOf(agent)
  const rows = Array.from(state.entries<Judged>(judged)).flatMap(
    ([sampleId, { arms, inclusionProbability, scores }]) => {
      const own = scores.find(one => keyOf(one) === key)
      if (own === undefined || arms.includes('correction')) return []
      const right = state.get<Graded>(graded, sampleId)?.toolCorrect
      return [{ truth: right ?? null, judged: own.pair.score, weight: 1 / inclusionProbability }]
    },
  )
  return {
    labelled: rows.flatMap(({ truth, ...row }) => (truth === null ? [] : [{ ...row, truth: Number(truth) }])),
    unlabelled: rows.filter(({ truth }) => truth === null),
  }
}
