import { kindOf } from '#planners/kinds.ts'
import type { PlannerTool } from '#planners/tuning.ts'
import { Fault } from '#runtime/core/faults.ts'
import { canonicalJson, digest, seedOf } from '#runtime/core/identity.ts'
import type { Rung, Targets, TuningOutcome } from '#schemas/events.ts'
import { topic } from '#topology/topic-names.ts'
import type { Outbound } from '#topology/types.ts'
import type { AgentProgress, Attempt, DatasetRef } from './state.ts'

/** What is known of the agent, and what this decision has emitted so far. */
export type DecisionInProgress = {
  readonly agent: string
  readonly tools: readonly PlannerTool[]
  readonly targets: Targets
  readonly progress: AgentProgress
  /** Oldest first. */
  readonly attempts: readonly Attempt[]
  readonly emit: readonly Outbound<'strategist'>[]
  readonly objects: readonly Uint8Array[]
}

/** Cheapest rung first. */
const ladder: readonly Rung[] = ['prompt', 'trajectory', 'lora']

/** After so many attempts without a promotion a rung is skipped until the dataset has grown by this factor. */
const MAX_FAILED_ATTEMPTS = 2
const REQUIRED_GROWTH = 1.5

/** Requests the first rung above `after` that is not skipped; where there is none, the dataset is settled. */
export function requestNextRung(decision: DecisionInProgress, dataset: DatasetRef, after?: Rung): DecisionInProgress {
  const rungs = after === undefined ? ladder : ladder.slice(ladder.indexOf(after) + 1)
  let now: DecisionInProgress = { ...decision, progress: { ...decision.progress, version: dataset.version } }
  for (const rung of rungs) {
    const why = unsupportedRung(now, rung) ?? failedRung(now.attempts, rung, dataset)
    if (why === undefined) return requestRung(now, dataset, rung, reasonsToRequest(now, rung, dataset))
    now = emitDecided(now, dataset, 'skipped', rung, [why])
  }
  const lastRung = now.attempts.findLast(({ version }) => version === dataset.version)?.rung
  return settleDataset(now, dataset, lastRung ?? 'lora', 'no rung is left')
}

export function requestRung(
  decision: DecisionInProgress,
  dataset: DatasetRef,
  rung: Rung,
  reasons: readonly string[],
): DecisionInProgress {
  const pending = { rung, baseline: currentBaseline(decision).digest }
  return {
    ...emitDecided(decision, dataset, 'requested', rung, reasons),
    progress: { ...decision.progress, climb: { ground: dataset, pending } },
  }
}

/** Ends the work on this dataset, and starts on the one that waits. */
export function settleDataset(
  decision: DecisionInProgress,
  dataset: DatasetRef,
  rung: Rung,
  why: string,
): DecisionInProgress {
  const { progress, attempts } = decision
  const results = attempts.filter(({ version }) => version === dataset.version).map(describeAttempt)
  const settled: DecisionInProgress = {
    ...emitDecided(decision, dataset, 'settled', rung, [why, ...results]),
    progress: { ...progress, climb: null, next: null },
  }
  return progress.next === null ? settled : requestNextRung(settled, progress.next)
}

function emitDecided(
  decision: DecisionInProgress,
  { version: datasetVersion, dataset, evaluation, at }: DatasetRef,
  outcome: TuningOutcome,
  rung: Rung,
  reasons: readonly string[],
): DecisionInProgress {
  const { agent, emit, objects } = decision
  const baseline = currentBaseline(decision)
  const seed = seedOf('strategist/v1', `${dataset}/${rung}`)
  const event = { agent, outcome, rung, reasons, datasetVersion, dataset, evaluation, baseline: baseline.digest, seed }
  return {
    ...decision,
    emit: [...emit, { topic: topic.tuningRequests, event, notBefore: at }],
    objects: baseline.object ? [...objects, baseline.object] : objects,
  }
}

/** The planner served now; before the first promotion the untuned one, which is stored with the event. */
function currentBaseline({ agent, tools, progress }: DecisionInProgress): { digest: string; object?: Uint8Array } {
  if (progress.served?.planner) return { digest: progress.served.planner }
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

/** Why earlier attempts speak against this rung. */
function failedRung(attempts: readonly Attempt[], rung: Rung, { trainingRows }: DatasetRef): string | undefined {
  const recent = attempts.filter(attempt => attempt.rung === rung).slice(-MAX_FAILED_ATTEMPTS)
  const newest = recent.at(-1)
  if (newest === undefined || recent.length < MAX_FAILED_ATTEMPTS) return undefined
  const needed = REQUIRED_GROWTH * newest.trainingRows
  if (recent.some(({ promoted }) => promoted) || trainingRows >= needed) return undefined
  return `no promotion in the last ${MAX_FAILED_ATTEMPTS} attempts (${recent.map(describeAttempt).join('; ')}), and ${trainingRows} training rows are fewer than ${needed}`
}

function reasonsToRequest(
  { progress, targets, attempts }: DecisionInProgress,
  rung: Rung,
  { version, trainingRows }: DatasetRef,
): readonly string[] {
  const accuracy = progress.served?.accuracy.toFixed(4) ?? 'unknown'
  const last = attempts.findLast(attempt => attempt.rung === rung)
  return [
    `version ${version} has ${trainingRows} training rows`,
    `accuracy ${accuracy}, target ${targets.accuracy}`,
    last === undefined ? 'first attempt of this rung' : `last attempt of this rung: ${describeAttempt(last)}`,
  ]
}

function describeAttempt({ rung, version, promoted, difference, lower }: Attempt): string {
  const outcome = promoted ? 'promoted' : 'rejected'
  return `${rung} on version ${version} ${outcome}, difference ${difference.toFixed(4)}, lower bound ${lower.toFixed(4)}`
}
