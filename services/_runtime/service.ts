import type { FastifyInstance } from 'fastify'
import type { LanguageModel } from '#models/language-model.ts'
import type { VectorIndex } from '#planners/examples/vector-index.ts'
import type { ModelHost } from '#planners/hosts/model-host.ts'
import type { Trainer } from '#planners/lanes/trainer.ts'
import type { AgentDescribed } from '#schemas/events.ts'
import type { EventOf, Follows, Inbound, Outbound, ServiceName, Writes } from '#topology/types.ts'
import type { Settings } from './config/config.ts'
import type { Clock } from './core/clock.ts'
import type { WorkerPool } from './core/worker-pool.ts'
import type { PartitionLag, Position } from './log/event-log.ts'
import type { ObjectStore } from './objects/object-store.ts'
import type { StateChange, StateView } from './state/state.ts'

/** The outside world as a service may use it in `gather` and at its HTTP edge. Each names only the few it needs. */
export type Ports = {
  readonly agents: Agents
  readonly objects: ObjectStore
  readonly vectors: VectorIndex
  readonly models: ModelHost
  readonly trainer: Trainer
  /** Undefined where none is configured: whoever asks it has another way. */
  readonly languageModel: LanguageModel | undefined
  /** Pure work that would block: it runs in a worker thread. */
  readonly workerPool: WorkerPool
  readonly clock: Clock
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
 * `decide` is a pure function of record, facts and state: same input, same answer, for ever.
 */
export type Service<S extends ServiceName, F = undefined> = {
  readonly name: S
  /** Versioned label of its rule; goes into derived ids. */
  readonly version: string
  readonly gather?: (inbound: Inbound<S>, ports: Ports, signal: AbortSignal) => Promise<F>
  readonly decide?: (inbound: Inbound<S>, facts: F, state: StateView) => Decision<S>
  /** HTTP routes and followed topics; opened before the first record is consumed. */
  readonly httpApi?: (context: HttpApiContext<S>) => HttpApi<S>
}

export type HttpApiContext<S extends ServiceName> = {
  readonly settings: Settings
  readonly ports: Ports
  /** Appends complete events; durable when it resolves. `headers` are those of each record, besides its trace. */
  readonly append: <T extends Writes<S>>(
    topic: T,
    events: readonly EventOf<T>[],
    headers?: Readonly<Record<string, string>>,
  ) => Promise<void>
  /** State of the partitions that this process owns now. */
  readonly partitionStates: () => readonly StateView[]
  /** Base URL of another service's HTTP edge. */
  readonly urlOf: (service: ServiceName) => string
  /** Consumer lag of a service, per input partition. */
  readonly lag: (service: ServiceName) => Promise<readonly PartitionLag[]>
  /** How many dead letters of a service are not re-driven yet; 10,000 at most. */
  readonly countUnresolved: (service: ServiceName) => Promise<number>
  /** How far a service has consumed; partitions of which it has not yet are left out. */
  readonly committedPositions: (service: ServiceName) => Promise<readonly Position[]>
  /** Where the records appended at or after a time begin, in milliseconds since 1970; the end where there is none. */
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

/** A decision without the fence: what the runtime carries out. */
export type AnyDecision = {
  readonly emit?: readonly { readonly topic: string; readonly event: object; readonly parents?: readonly string[] }[]
  readonly stateChanges?: readonly StateChange[]
  readonly objects?: readonly Uint8Array[]
}

/** Any service, for the runtime, which treats all alike: the fence stands where each is defined. */
export type AnyService = {
  readonly name: ServiceName
  readonly version: string
  readonly gather?: (inbound: never, ports: Ports, signal: AbortSignal) => Promise<unknown>
  readonly decide?: (inbound: never, facts: never, state: StateView) => AnyDecision
  readonly httpApi?: (context: never) => AnyHttpApi
}

export type AnyHttpApi = Omit<HttpApi<ServiceName>, 'onRecord'> & { readonly onRecord?: (followed: never) => void }
