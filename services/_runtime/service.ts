import type { FastifyInstance } from 'fastify'
import type { AgentDescribed } from '#schemas/events.ts'
import type { EventOf, Follows, Inbound, Outbound, ServiceName, Writes } from '#topology/types.ts'
import type { Settings } from './config/config.ts'
import type { Clock } from './core/clock.ts'
import type { WorkerPool } from './core/worker-pool.ts'
import type { PartitionLag, Position } from './log/event-log.ts'
import type { ObjectStore } from './objects/object-store.ts'
import type { StateChange, StateView } from './state/state.ts'

/** The ports that the runtime has for every service. Others are opened beside it: see `_planners/open.ts`, `_models/open.ts`. */
export type RuntimePorts = {
  readonly agents: Agents
  readonly clock: Clock
  readonly objects: ObjectStore
  /** Runs pure work that would block the event loop. */
  readonly workerPool: WorkerPool
}

/** The newest description of each agent. */
export type Agents = {
  readonly get: (agent: string) => AgentDescribed | undefined
  readonly all: () => readonly AgentDescribed[]
  /** Waits a moment for an agent that was just registered; FLY_AGENT when it does not come. */
  readonly waitFor: (agent: string) => Promise<AgentDescribed>
}

/** What `decide` answers: events to emit, state to keep (`value: null` forgets), objects to store before the events appear. */
export type Decision<S extends ServiceName> = {
  readonly emit?: readonly Outbound<S>[]
  readonly stateChanges?: readonly StateChange[]
  readonly objects?: readonly Uint8Array[]
}

/**
 * A stage of the wheel. `gather` is the only step that waits, calls a model or reads a clock; it never sees state.
 * `decide` is a pure function of record, facts and state: same input, same answer, for ever. `Ports` are the parts of the
 * outside world that the service uses; its `main.ts` and `services/all.ts` open them.
 */
export type Service<S extends ServiceName, Facts = undefined, Ports = object> = {
  readonly name: S
  /** Versioned label of its rule; goes into derived ids. */
  readonly version: string
  readonly gather?: (inbound: Inbound<S>, ports: Ports, signal: AbortSignal) => Promise<Facts>
  readonly decide?: (inbound: Inbound<S>, facts: Facts, state: StateView) => Decision<S>
  /** HTTP routes and followed topics; opened before the first record is consumed. */
  readonly httpApi?: (context: HttpApiContext<S>, ports: Ports) => HttpApi<S>
}

/** What the HTTP API of a service may use. Each names the fields it needs with `Pick`. */
export type HttpApiContext<S extends ServiceName> = {
  readonly settings: Settings
  /** Appends complete events; durable when it resolves. `headers` are those of each record, besides its trace. */
  readonly append: <T extends Writes<S>>(
    topic: T,
    events: readonly EventOf<T>[],
    headers?: Readonly<Record<string, string>>,
  ) => Promise<void>
  /** State of the partitions that this process owns now. */
  readonly partitionStates: () => readonly StateView[]
  /** Base URL of another service's HTTP API. */
  readonly urlOf: (service: ServiceName) => string
  /** Consumer lag of a service, per input partition. */
  readonly lag: (service: ServiceName) => Promise<readonly PartitionLag[]>
  /** How many dead letters of a service are not re-driven yet; 10,000 at most. */
  readonly countUnresolved: (service: ServiceName) => Promise<number>
  /** How far a service has consumed; partitions of which it has consumed nothing are left out. */
  readonly committedPositions: (service: ServiceName) => Promise<readonly Position[]>
  /** The positions of the first records appended at or after a time, in milliseconds since 1970; the end where there is none. */
  readonly positionsAt: (topics: readonly string[], time: number) => Promise<readonly Position[]>
  /** Records in a topic. */
  readonly countRecords: (topic: string) => Promise<number>
}

/** A record of a followed topic, decoded. */
export type FollowedEvent<S extends ServiceName> = {
  [T in Follows<S>]: {
    readonly topic: T
    readonly event: EventOf<T>
    readonly timestamp: number
    readonly headers: Readonly<Record<string, string>>
  }
}[Follows<S>]

export type HttpApi<S extends ServiceName> = {
  readonly routes?: (app: FastifyInstance) => void
  readonly onRecord?: (followed: FollowedEvent<S>) => void
  readonly close?: () => Promise<void>
}
