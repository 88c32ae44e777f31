import type { Rung } from '#schemas/events.ts'
import type { Planned, PlanRequest } from './plan.ts'
import type { TrainingLane } from './training.ts'
import type { AgentBasis, Proven, Searched, Tuning } from './tuning.ts'

/*
 * The port of planners. A planner decides, given the conversation so far, which tools to call with which arguments, or to answer
 * without one. A kind of planner is a folder that implements this port; `kinds.ts` and `open.ts` register the kinds. Nothing here
 * may be shaped after one kind.
 */

/** A planner as data, in the object store; its SHA-256 is its identity. What else is in it, only its kind knows. */
export type PlannerManifest = { readonly kind: string; readonly format: number; readonly agent: string }

export type Unsupported = { readonly outcome: 'unsupported'; readonly reason: string }

/** The pure half of a kind, which `decide` may call. */
export interface PlannerKind {
  /** The `kind` of its manifests. */
  readonly name: string
  /** The planner before any tuning. */
  baseOf(basis: AgentBasis): PlannerManifest | Unsupported
  /** Why this rung cannot tune this agent's planner; undefined where it can. */
  cannotTune(rung: Rung, basis: AgentBasis): string | undefined
}

/** A planner that answers. `digest` is what is loaded, not what was asked for. */
export interface HostedPlanner {
  readonly digest: string
  /** An outage is a Fault, never an empty plan. */
  plan(request: PlanRequest, signal: AbortSignal): Promise<Planned>
  /** In the order of the requests. One that an outage failed says why and does not end the others. */
  batch(
    requests: readonly PlanRequest[],
    options: { readonly concurrency: number },
    signal: AbortSignal,
  ): AsyncIterable<Planned | { readonly failed: string }>
  /** Its caller needs it no more; plans in progress still end. */
  close(): Promise<void>
}

/** Of weights. A count is null where it is unknown, as of a closed model; `adapter` and `rank` are where there is no adapter. */
export type Parameters = {
  readonly total: number | null
  readonly trainable: number | null
  readonly adapter: string | null
  readonly rank: number | null
}

/**
 * The half of a kind that reads objects and runs models. Services get one for all kinds, which finds the kind by the manifest.
 * FLY_OBJECT: a manifest or a part of it is missing, damaged or of an unknown kind. A rung that `cannotTune` refuses is not asked for.
 */
export interface Planners {
  host(digest: string, signal: AbortSignal): Promise<HostedPlanner>
  /** The prompt rung. */
  search(tuning: Tuning, signal: AbortSignal): Promise<Searched>
  /** The trajectory rung. */
  prove(tuning: Tuning, signal: AbortSignal): Promise<Proven>
  /** The LoRA rung. */
  readonly train: TrainingLane
  parametersOf(digest: string, signal: AbortSignal): Promise<Parameters>
}
