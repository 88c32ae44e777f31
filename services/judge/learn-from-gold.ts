import type { Decision } from '#runtime/service.ts'
import type { StateChange, StateView } from '#runtime/state/state.ts'
import type { JudgeExamined } from '#schemas/events.ts'
import { updateRegression } from '#statistics/online-logistic-regression.ts'
import { topic } from '#topology/topic-names.ts'
import type { Outbound } from '#topology/types.ts'
import { probesOf } from './bias.ts'
import { calibrationOf } from './calibration.ts'
import type { JudgeVersion } from './judge-version.ts'
import { priorVariance, signalFeatures } from './signals.ts'
import { regressionChange, regressionOf, type SampleScores, sampleChanges, trustChanges, trustOf } from './state.ts'
import { addPair, distrustReasons, type JudgeTrust, releaseReason } from './trust.ts'

/**
 * Gold for a sample came: every judge version that had scored it is compared with it, and the offline judge learns from it. One
 * sample calibrates once, however often its gold is revised. The scores were given before this gold was known.
 */
export function learnFromGold(
  agent: string,
  sampleId: string,
  judged: SampleScores | undefined,
  right: boolean | null,
  state: StateView,
): Required<Pick<Decision<'judge'>, 'emit' | 'stateChanges'>> {
  if (!judged || judged.graded || right === null) return { emit: [], stateChanges: [] }
  const emit: Outbound<'judge'>[] = []
  const stateChanges: StateChange[] = [
    ...sampleChanges(state, agent, sampleId, { ...judged, graded: true }),
    regressionChange(
      agent,
      updateRegression(regressionOf(state, agent), signalFeatures(judged.signals), right, priorVariance),
    ),
  ]
  for (const { pair, ...judgeVersion } of judged.scores) {
    const before = trustOf(state, agent, judgeVersion)
    const after = addPair(before, { ...pair, right })
    stateChanges.push(...trustChanges(state, agent, judgeVersion, sampleId, after))
    if (after.trusted !== before.trusted)
      emit.push({ topic: topic.judgeExaminations, event: examinationEvent(agent, judgeVersion, after) })
  }
  return { emit, stateChanges }
}

function examinationEvent(
  agent: string,
  judgeVersion: JudgeVersion,
  { trusted, pairs }: JudgeTrust,
): Omit<JudgeExamined, 'id' | 'parents' | 'at'> {
  return {
    agent,
    ...judgeVersion,
    outcome: trusted ? 'released' : 'quarantined',
    // By the limits of a version that was trusted, which this one was.
    reasons: trusted ? [releaseReason(pairs)] : distrustReasons(pairs, true),
    ...calibrationOf(pairs),
    probes: probesOf(pairs),
  }
}
