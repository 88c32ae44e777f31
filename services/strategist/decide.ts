import type { PlannerTool } from '#planners/tuning.ts'
import type { Decision } from '#runtime/service.ts'
import type { StateView } from '#runtime/state/state.ts'
import type { DatasetDecided, ReleaseDecided, Targets } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'
import type { Inbound } from '#topology/types.ts'
import { type DecisionInProgress, requestNextRung, requestRung, settleDataset } from './climb.ts'
import { type AgentProgress, type Attempt, collectionNames, initialProgress } from './state.ts'

/** Of the agent's description; undefined where the event needs none. */
export type Facts = { readonly tools: readonly PlannerTool[]; readonly targets: Targets } | undefined

export function decide(
  { topic: from, event }: Inbound<'strategist'>,
  facts: Facts,
  state: StateView,
): Decision<'strategist'> {
  if (facts === undefined) return {}
  const names = collectionNames(event.agent)
  const standing = state.get<AgentProgress>(names.standing, event.agent) ?? initialProgress
  const tries = [...state.entries<Attempt>(names.tries)].map(([, one]) => one)
  const before: DecisionInProgress = { agent: event.agent, ...facts, standing, tries, emit: [], objects: [] }
  const after = from === topic.datasets ? onDataset(before, event) : onRelease(before, event)
  const added = after.tries.slice(tries.length)
  return {
    emit: after.emit,
    objects: after.objects,
    stateChanges: [
      ...(after.standing === standing ? [] : [{ collection: names.standing, key: event.agent, value: after.standing }]),
      ...added.map(value => ({ collection: names.tries, key: `${value.version}/${value.rung}`, value })),
    ],
  }
}

/** A dataset is climbed at once, or after the climb in hand; each once. */
function onDataset(
  step: DecisionInProgress,
  { outcome, version, dataset, evaluation, trainingRows }: DatasetDecided,
): DecisionInProgress {
  const { standing } = step
  if (outcome !== 'curated' || dataset === null || evaluation === null) return step
  if (version <= Math.max(standing.version, standing.next?.version ?? 0)) return step
  const ground = { version, dataset, evaluation, trainingRows }
  return standing.climb === null ? requestNextRung(step, ground) : { ...step, standing: { ...standing, next: ground } }
}

/** The answer to the pending request leads on; any release says what is served. */
function onRelease(step: DecisionInProgress, event: ReleaseDecided): DecisionInProgress {
  // Before the first promotion nothing is served but the untuned planner, which follows the catalogue.
  const planner = event.outcome === 'rejected' && event.previous === null ? null : event.planner
  const standing = { ...step.standing, served: { planner, accuracy: event.accuracy } }
  const now = { ...step, standing }
  const { climb: going } = standing
  // A rollback names the dataset and rung of an earlier release: it answers no request.
  if (
    going === null ||
    event.outcome === 'rolledBack' ||
    event.datasetVersion !== going.ground.version ||
    event.rung !== going.pending.rung
  )
    return now
  const { ground, pending } = going
  if (event.outcome === 'rejected' && event.planner !== pending.baseline)
    return requestRung(now, ground, pending.rung, ['another planner is served now than the one asked against'])
  const one: Attempt = {
    rung: event.rung,
    version: ground.version,
    trainingRows: ground.trainingRows,
    promoted: event.outcome === 'promoted',
    difference: event.difference,
    lower: event.lower,
  }
  const told = { ...now, tries: [...now.tries, one] }
  const { accuracy } = step.targets
  return event.accuracy >= accuracy
    ? settleDataset(told, ground, event.rung, `accuracy ${event.accuracy.toFixed(4)} reaches the target ${accuracy}`)
    : requestNextRung(told, ground, event.rung)
}
