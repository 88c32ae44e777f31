import type { Decision } from '#runtime/service.ts'
import { boundedChanges } from '#runtime/state/bounded-collection.ts'
import type { StateView } from '#runtime/state/state.ts'
import type { CandidateEvaluated, RollbackRequested } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'
import type { Inbound } from '#topology/types.ts'
import { judgeCandidate } from './baselines.ts'
import type { Margins } from './gate.ts'

/** The agent's targets that the gate reads. */
export type Facts = Margins

/** The planner that is served now; absent while nothing was released. */
type ServedPlanner = {
  readonly planner: string
  readonly accuracy: number
  /** When it was released, in ms since 1970; absent in state from before it was kept. */
  readonly at?: number
}

/** Rollback requests that are remembered per agent, so that a repeated one changes nothing. */
const MAX_HANDLED_ROLLBACKS = 100

/** Collections of one agent: what is served under the agent's name, and the ids of the rollback requests handled. */
const collectionNames = (agent: string) => ({ served: `served/${agent}`, rollbacks: `rollbacks/${agent}` }) as const

/** Promotes or rejects a candidate, or serves an earlier planner again. */
export function decide(inbound: Inbound<'promoter'>, facts: Facts, state: StateView): Decision<'promoter'> {
  return inbound.topic === topic.evaluations
    ? onEvaluation(inbound.event, facts, state)
    : onRollbackRequest(inbound.event, state)
}

/** A candidate must pass the gate against every baseline. One that was compared with anything but the planner served now is rejected. */
function onEvaluation(event: CandidateEvaluated, margins: Margins, state: StateView): Decision<'promoter'> {
  const { agent, candidate, baseline, rung, datasetVersion, requestId, id: evaluationId } = event
  const served = servedPlanner(state, agent)
  const isStale = served !== undefined && served.planner !== baseline
  const verdict = judgeCandidate(event, served !== undefined, margins)
  const { promoted: passed, reasons, accuracy: measured, ...figures } = verdict
  const source = { agent, candidate, previous: served?.planner ?? null, rung, datasetVersion, evaluationId, requestId }
  if (passed && !isStale) {
    const accuracy = event.candidateAccuracy
    const release = { ...source, outcome: 'promoted', planner: candidate, reasons, accuracy, ...figures } as const
    return {
      emit: [{ topic: topic.releases, event: release, notBefore: served?.at }],
      stateChanges: [serveChange(agent, { planner: candidate, accuracy, at: releasedAt(event, served) })],
    }
  }
  const release = {
    ...source,
    outcome: 'rejected',
    planner: served?.planner ?? baseline,
    reasons: isStale ? ['stale baseline', ...reasons] : reasons,
    accuracy: isStale ? served.accuracy : measured,
    ...figures,
  } as const
  return { emit: [{ topic: topic.releases, event: release, notBefore: served?.at }] }
}

/** Emits nothing where the request was handled before, or its planner is served already. */
function onRollbackRequest(request: RollbackRequested, state: StateView): Decision<'promoter'> {
  const { id, parents, at, agent, requestedBy, why, ...restored } = request
  const { rollbacks } = collectionNames(agent)
  const served = servedPlanner(state, agent)
  if (state.get(rollbacks, id) !== undefined) return {}
  const handled = boundedChanges(state, rollbacks, MAX_HANDLED_ROLLBACKS, [[id, at]])
  const { planner, accuracy } = restored
  if (served?.planner === planner) return { stateChanges: handled }
  const release = {
    ...restored,
    agent,
    outcome: 'rolledBack',
    candidate: planner,
    previous: served?.planner ?? null,
    reasons: [`rolled back by ${requestedBy}: ${why}`],
  } as const
  return {
    emit: [{ topic: topic.releases, event: release, parents, notBefore: served?.at }],
    stateChanges: [...handled, serveChange(agent, { planner, accuracy, at: releasedAt(request, served) })],
  }
}

/** A release is not dated before the one that it replaces. */
const releasedAt = (cause: { readonly at: number }, served: ServedPlanner | undefined): number =>
  Math.max(cause.at, served?.at ?? cause.at)

function servedPlanner(state: StateView, agent: string): ServedPlanner | undefined {
  return state.get<ServedPlanner>(collectionNames(agent).served, agent)
}

function serveChange(agent: string, value: ServedPlanner) {
  return { collection: collectionNames(agent).served, key: agent, value }
}
