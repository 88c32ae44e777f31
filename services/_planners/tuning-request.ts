import type { Rung, TuningDecided } from '#schemas/events.ts'

/** Whether the event asks for a candidate by this rung. */
export function requestsRung({ outcome, rung }: TuningDecided, wanted: Rung): boolean {
  return outcome === 'requested' && rung === wanted
}

/** What the event about a candidate repeats of the request for it. */
export function requestFields({ agent, id, datasetVersion, evaluation, baseline }: TuningDecided) {
  return { agent, requestId: id, datasetVersion, evaluation, baseline }
}
