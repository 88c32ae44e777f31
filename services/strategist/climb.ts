import { kindOf } from '#planners/kinds.ts'
import type { PlannerTool } from '#planners/tuning.ts'
import { Fault } from '#runtime/core/faults.ts'
import { canonicalJson, digest, seedOf } from '#runtime/core/identity.ts'
import type { Rung, Targets, TuningOutcome } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'
import type { Outbound } from '#topology/types.ts'
import { type AgentProgress, type Attempt, type DatasetRef, ladder } from './state.ts'

/** A decision being made: what is known, what is said so far. */
export type DecisionInProgress = {
  readonly agent: string
  readonly tools: readonly PlannerTool[]
  readonly targets: Targets
  readonly standing: AgentProgress
  /** Oldest first. */
  readonly tries: readonly Attempt[]
  readonly emit: readonly Outbound<'strategist'>[]
  readonly objects: readonly Uint8Array[]
}

/** A rung rests after so many tries without a promotion, until the dataset has grown by half. */
const MAX_FAILED_ATTEMPTS = 2
const REQUIRED_GROWTH = 1.5

/** Asks for the first rung above `above` that is worth it, says which are not, or settles. */
export function requestNextRung(step: DecisionInProgress, ground: DatasetRef, above?: Rung): DecisionInProgress {
  const rungs = above === undefined ? ladder : ladder.slice(ladder.indexOf(above) + 1)
  let now: DecisionInProgress = { ...step, standing: { ...step.standing, version: ground.version } }
  for (const rung of rungs) {
    const why = unsupportedRung(step, rung) ?? reasonToSkip(step.tries, rung, ground)
    if (why === undefined) return requestRung(now, ground, rung, reasonsToRequest(step, rung, ground))
    now = appendEvent(now, ground, 'skipped', rung, [why])
  }
  return settleDataset(now, ground, lastAttemptedRung(now, ground) ?? 'lora', 'no rung is left')
}

export function requestRung(
  step: DecisionInProgress,
  ground: DatasetRef,
  rung: Rung,
  reasons: readonly string[],
): DecisionInProgress {
  const asked = appendEvent(step, ground, 'requested', rung, reasons)
  return {
    ...asked,
    standing: { ...step.standing, climb: { ground, pending: { rung, baseline: currentBaseline(step).digest } } },
  }
}

/** Done with this dataset; the one that came meanwhile is next. */
export function settleDataset(
  step: DecisionInProgress,
  ground: DatasetRef,
  rung: Rung,
  why: string,
): DecisionInProgress {
  const lifts = step.tries.filter(({ version }) => version === ground.version).map(describeAttempt)
  const settled = appendEvent(step, ground, 'settled', rung, [why, ...lifts])
  const { next } = step.standing
  const free: DecisionInProgress = { ...settled, standing: { ...step.standing, climb: null, next: null } }
  return next === null ? free : requestNextRung(free, next)
}

function appendEvent(
  step: DecisionInProgress,
  ground: DatasetRef,
  outcome: TuningOutcome,
  rung: Rung,
  reasons: readonly string[],
): DecisionInProgress {
  const { agent } = step
  const { version: datasetVersion, dataset, evaluation } = ground
  const baseline = currentBaseline(step)
  const seed = seedOf('strategist/v1', `${dataset}/${rung}`)
  const event = { agent, outcome, rung, reasons, datasetVersion, dataset, evaluation, baseline: baseline.digest, seed }
  return {
    ...step,
    emit: [...step.emit, { topic: topic.tuningRequests, event }],
    objects: baseline.object ? [...step.objects, baseline.object] : step.objects,
  }
}

/** What is served, or the untuned planner, which has to be stored first. */
function currentBaseline({ agent, tools, standing }: DecisionInProgress): { digest: string; object?: Uint8Array } {
  if (standing.served?.planner) return { digest: standing.served.planner }
  const basis = { agent, tools }
  const base = kindOf(basis).baseOf(basis)
  if ('outcome' in base) throw new Fault('FLY_AGENT', `nothing is released, and ${base.reason}`, { agent })
  const object = Buffer.from(canonicalJson(base))
  return { digest: digest(object), object }
}

/** Why the agent's kind of planner cannot be tuned by this rung. */
function unsupportedRung({ agent, tools }: DecisionInProgress, rung: Rung): string | undefined {
  const basis = { agent, tools }
  return kindOf(basis).cannotTune(rung, basis)
}

function reasonToSkip(tries: readonly Attempt[], rung: Rung, { trainingRows }: DatasetRef): string | undefined {
  const recent = tries.filter(one => one.rung === rung).slice(-MAX_FAILED_ATTEMPTS)
  const needed = REQUIRED_GROWTH * (recent.at(-1)?.trainingRows ?? 0)
  if (recent.length < MAX_FAILED_ATTEMPTS || recent.some(({ promoted }) => promoted) || trainingRows >= needed)
    return undefined
  return `no promotion in the last ${MAX_FAILED_ATTEMPTS} tries (${recent.map(describeAttempt).join('; ')}), and ${trainingRows} training rows are fewer than ${needed}`
}

function reasonsToRequest(
  { standing, targets, tries }: DecisionInProgress,
  rung: Rung,
  { version, trainingRows }: DatasetRef,
): string[] {
  const accuracy = standing.served?.accuracy.toFixed(4) ?? 'unknown'
  const last = tries.findLast(one => one.rung === rung)
  return [
    `version ${version} has ${trainingRows} training rows`,
    `accuracy ${accuracy}, target ${targets.accuracy}`,
    last === undefined ? 'first try of this rung' : `last try of this rung: ${describeAttempt(last)}`,
  ]
}

function lastAttemptedRung({ tries }: DecisionInProgress, { version }: DatasetRef): Rung | undefined {
  return tries.findLast(one => one.version === version)?.rung
}

function describeAttempt({ rung, version, promoted, difference, lower }: Attempt): string {
  const outcome = promoted ? 'promoted' : 'rejected'
  return `${rung} on version ${version} ${outcome}, difference ${difference.toFixed(4)}, lower bound ${lower.toFixed(4)}`
}
