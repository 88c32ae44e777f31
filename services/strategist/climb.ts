import { basePlanner, type Tool } from '#planners/linear/manifest.ts'
import { canonical, digest, seedOf } from '#runtime/core/identity.ts'
import type { Rung, Targets, TuningOutcome } from '#schemas/events.ts'
import { topic } from '#topology/names.ts'
import type { Outbound } from '#topology/types.ts'
import { type Ground, ladder, type Standing, type Try } from './state.ts'

/** A decision being made: what is known, what is said so far. */
export type Step = {
  readonly agent: string
  readonly tools: readonly Tool[]
  readonly targets: Targets
  readonly standing: Standing
  /** Oldest first. */
  readonly tries: readonly Try[]
  readonly emit: readonly Outbound<'strategist'>[]
  readonly objects: readonly Uint8Array[]
}

/** A rung rests after so many tries without a promotion, until the dataset has grown by half. */
const PATIENCE = 2
const GROWTH = 1.5

/** Asks for the first rung above `above` that is worth it, says which are not, or settles. */
export function climb(step: Step, ground: Ground, above?: Rung): Step {
  const rungs = above === undefined ? ladder : ladder.slice(ladder.indexOf(above) + 1)
  let now: Step = { ...step, standing: { ...step.standing, version: ground.version } }
  for (const rung of rungs) {
    const why = notWorthIt(step.tries, rung, ground)
    if (why === undefined) return ask(now, ground, rung, reasonsToTry(step, rung, ground))
    now = say(now, ground, 'skipped', rung, [why])
  }
  return settle(now, ground, lastTried(now, ground) ?? 'lora', 'no rung is left')
}

export function ask(step: Step, ground: Ground, rung: Rung, reasons: readonly string[]): Step {
  const asked = say(step, ground, 'requested', rung, reasons)
  return {
    ...asked,
    standing: { ...step.standing, climb: { ground, pending: { rung, baseline: baselineOf(step).digest } } },
  }
}

/** Done with this dataset; the one that came meanwhile is next. */
export function settle(step: Step, ground: Ground, rung: Rung, why: string): Step {
  const lifts = step.tries.filter(({ version }) => version === ground.version).map(lift)
  const settled = say(step, ground, 'settled', rung, [why, ...lifts])
  const { next } = step.standing
  const free: Step = { ...settled, standing: { ...step.standing, climb: null, next: null } }
  return next === null ? free : climb(free, next)
}

function say(step: Step, ground: Ground, outcome: TuningOutcome, rung: Rung, reasons: readonly string[]): Step {
  const { agent } = step
  const { version: datasetVersion, dataset, evaluation } = ground
  const baseline = baselineOf(step)
  const seed = seedOf('strategist/v1', `${dataset}/${rung}`)
  const event = { agent, outcome, rung, reasons, datasetVersion, dataset, evaluation, baseline: baseline.digest, seed }
  return {
    ...step,
    emit: [...step.emit, { topic: topic.tuningRequests, event }],
    objects: baseline.object ? [...step.objects, baseline.object] : step.objects,
  }
}

/** What is served, or the untuned planner, which has to be stored first. */
function baselineOf({ agent, tools, standing }: Step): { digest: string; object?: Uint8Array } {
  if (standing.served?.planner) return { digest: standing.served.planner }
  const object = Buffer.from(canonical(basePlanner(agent, tools)))
  return { digest: digest(object), object }
}

function notWorthIt(tries: readonly Try[], rung: Rung, { trainingRows }: Ground): string | undefined {
  const recent = tries.filter(one => one.rung === rung).slice(-PATIENCE)
  const needed = GROWTH * (recent.at(-1)?.trainingRows ?? 0)
  if (recent.length < PATIENCE || recent.some(({ promoted }) => promoted) || trainingRows >= needed) return undefined
  return `no promotion in the last ${PATIENCE} tries (${recent.map(lift).join('; ')}), and ${trainingRows} training rows are fewer than ${needed}`
}

function reasonsToTry({ standing, targets, tries }: Step, rung: Rung, { version, trainingRows }: Ground): string[] {
  const accuracy = standing.served?.accuracy.toFixed(4) ?? 'unknown'
  const last = tries.findLast(one => one.rung === rung)
  return [
    `version ${version} has ${trainingRows} training rows`,
    `accuracy ${accuracy}, target ${targets.accuracy}`,
    last === undefined ? 'first try of this rung' : `last try of this rung: ${lift(last)}`,
  ]
}

function lastTried({ tries }: Step, { version }: Ground): Rung | undefined {
  return tries.findLast(one => one.version === version)?.rung
}

function lift({ rung, version, promoted, difference, lower }: Try): string {
  const outcome = promoted ? 'promoted' : 'rejected'
  return `${rung} on version ${version} ${outcome}, difference ${difference.toFixed(4)}, lower bound ${lower.toFixed(4)}`
}
