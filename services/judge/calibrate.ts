import type { Decision } from '#runtime/service.ts'
import type { Change, StateView } from '#runtime/state/state.ts'
import type { JudgeExamined } from '#schemas/events.ts'
import { learn } from '#statistics/regression.ts'
import { topic } from '#topology/names.ts'
import type { Outbound } from '#topology/types.ts'
import { probesOf } from './bias.ts'
import { calibrationOf } from './calibration.ts'
import type { Instrument } from './instrument.ts'
import { beliefVariance, features } from './signals.ts'
import { evidenceFor, faultsOf, type Standing, withPair } from './standing.ts'
import { type Judged, keepJudged, keepRegression, keepStanding, regressionOf, standingOf } from './state.ts'

/**
 * Gold for a sample: every instrument that had scored it is held against it, and the offline judge learns from it. One sample
 * calibrates once, however often its gold is revised. What an instrument had said stood before this gold was known.
 */
export function calibrate(
  agent: string,
  sampleId: string,
  judged: Judged | undefined,
  right: boolean | null,
  state: StateView,
): Required<Pick<Decision<'judge'>, 'emit' | 'keep'>> {
  if (!judged || judged.graded || right === null) return { emit: [], keep: [] }
  const emit: Outbound<'judge'>[] = []
  const keep: Change[] = [
    ...keepJudged(state, agent, sampleId, { ...judged, graded: true }),
    keepRegression(agent, learn(regressionOf(state, agent), features(judged.signals), right, beliefVariance)),
  ]
  for (const { pair, ...instrument } of judged.scores) {
    const before = standingOf(state, agent, instrument)
    const after = withPair(before, { ...pair, right })
    keep.push(...keepStanding(state, agent, instrument, sampleId, after))
    if (after.trusted !== before.trusted)
      emit.push({ topic: topic.judgeExaminations, event: examined(agent, instrument, after) })
  }
  return { emit, keep }
}

function examined(
  agent: string,
  instrument: Instrument,
  { trusted, pairs }: Standing,
): Omit<JudgeExamined, 'id' | 'parents' | 'at'> {
  return {
    agent,
    ...instrument,
    outcome: trusted ? 'released' : 'quarantined',
    // What it was judged by: a version that was trusted is held to less than one that was not.
    reasons: trusted ? [evidenceFor(pairs)] : faultsOf(pairs, true),
    ...calibrationOf(pairs),
    probes: probesOf(pairs),
  }
}
