import type { PlannerTool } from '#planners/tuning.ts'
import type { Decision } from '#runtime/service.ts'
import type { StateView } from '#runtime/state/state.ts'
import type { DatasetDecided, ReleaseDecided, Targets } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'
import type { Inbound } from '#topology/types.ts'
import { type DecisionInProgress, requestNextRung, requestRung, settleDataset } from './ladder.ts'
import { type AgentProgress, type Attempt, collectionNames, initialProgress } from './state.ts'

/** Of the agent's description; undefined for a dataset that waits, which decides nothing. */
export type Facts = { readonly tools: readonly PlannerTool[]; readonly targets: Targets } | undefined

export function decide(
  { topic: from, event }: Inbound<'strategist'>,
  facts: Facts,
  state: StateView,
): Decision<'strategist'> {
  if (facts === undefined) return {}
  const { agent } = event
  const names = collectionNames(agent)
  const progress = state.get<AgentProgress>(names.progress, agent) ?? initialProgress
  const attempts = Array.from(state.entries<Attempt>(names.attempts), ([, attempt]) => attempt)
  const before: DecisionInProgress = { agent, ...facts, progress, attempts, emit: [], objects: [] }
  const after = from === topic.datasets ? onDataset(before, event) : onRelease(before, event)
  const added = after.attempts.slice(attempts.length)
  return {
    emit: after.emit,
    objects: after.objects,
    stateChanges: [
      ...(after.progress === progress ? [] : [{ collection: names.progress, key: agent, value: after.progress }]),
      ...added.map(value => ({ collection: names.attempts, key: `${value.version}/${value.rung}`, value })),
    ],
  }
}

/** Starts on a new dataset, or lets it wait while a request is open. Older versions are passed over. */
function onDataset(
  decision: DecisionInProgress,
  { at, outcome, version, dataset, evaluation, trainingRows }: DatasetDecided,
): DecisionInProgress {
  const { progress } = decision
  if (outcome !== 'curated' || dataset === null || evaluation === null) return decision
  if (version <= Math.max(progress.version, progress.next?.version ?? 0)) return decision
  const next = { version, dataset, evaluation, trainingRows, at }
  return progress.climb === null ? requestNextRung(decision, next) : { ...decision, progress: { ...progress, next } }
}

/** Every release says what is served. That of the open request also decides what is requested next. */
function onRelease(decision: DecisionInProgress, event: ReleaseDecided): DecisionInProgress {
  // Before the first promotion the untuned planner is served, which follows the catalogue.
  const planner = event.outcome === 'rejected' && event.previous === null ? null : event.planner
  const progress = { ...decision.progress, served: { planner, accuracy: event.accuracy } }
  const now = { ...decision, progress }
  const { climb } = progress
  // A rollback names the dataset and rung of an earlier release: it answers no request.
  if (climb === null || event.outcome === 'rolledBack') return now
  const { ground: dataset, pending } = climb
  if (event.datasetVersion !== dataset.version || event.rung !== pending.rung) return now
  if (event.outcome === 'rejected' && event.planner !== pending.baseline)
    return requestRung(now, dataset, pending.rung, ['the served planner is not the baseline of the request any more'])
  const attempt: Attempt = {
    rung: event.rung,
    version: dataset.version,
    trainingRows: dataset.trainingRows,
    promoted: event.outcome === 'promoted',
    difference: event.difference,
    lower: event.lower,
  }
  const tried = { ...now, attempts: [...now.attempts, attempt] }
  const { accuracy } = decision.targets
  return event.accuracy >= accuracy
    ? settleDataset(tried, dataset, event.rung, `accuracy ${event.accuracy.toFixed(4)} reaches the target ${accuracy}`)
    : requestNextRung(tried, dataset, event.rung)
}
