import type { Decision } from '#runtime/service.ts'
import type { StateView } from '#runtime/state/state.ts'
import { topic } from '#topology/topic-names.ts'
import type { Inbound } from '#topology/types.ts'
import { applyGate } from './gate.ts'
import { type ReleasedPlanner, servedCollection } from './state.ts'

/** Promotes or rejects one candidate. One that was compared with something not served any more proves nothing. */
export function decide({ event }: Inbound<'promoter'>, _facts: undefined, state: StateView): Decision<'promoter'> {
  const { agent, candidate, baseline, rung, datasetVersion, requestId, id: evaluationId } = event
  const served = state.get<ReleasedPlanner>(servedCollection(agent), agent)
  const stale = served !== undefined && served.planner !== baseline
  const { promoted: passed, reasons, ...figures } = applyGate(event)
  const promoted = passed && !stale
  const accuracy = promoted ? event.candidateAccuracy : stale ? served.accuracy : event.baselineAccuracy
  return {
    stateChanges: promoted
      ? [{ collection: servedCollection(agent), key: agent, value: { planner: candidate, accuracy } }]
      : [],
    emit: [
      {
        topic: topic.releases,
        event: {
          agent,
          outcome: promoted ? 'promoted' : 'rejected',
          planner: promoted ? candidate : (served?.planner ?? baseline),
          candidate,
          previous: served?.planner ?? null,
          rung,
          datasetVersion,
          evaluationId,
          requestId,
          reasons: stale ? ['stale baseline', ...reasons] : reasons,
          accuracy,
          ...figures,
        },
      },
    ],
  }
}
