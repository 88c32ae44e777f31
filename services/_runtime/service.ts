import type { FastifyInstance } from 'fastify'
import type { AgentDescribed } from '#schemas/events.ts'
import type { EventOf, Follows, Inbound, Outbound, ServiceName, Writes } from '#topology/types.ts'
import type { Settings } from './config/config.ts'
import type { Clock } from './core/clock.ts'
import type { FaultCode } from './core/faults.ts'
import type { WorkerPool } from './core/worker-pool.ts'
import type { LogRecord, PartitionBounds, PartitionLag, Position } from './log/event-log.ts'
import type { NewestLimit } from './log/newest-records.ts'
import type { ObjectStore } from './objects/object-store.ts'
import type { StateChange, StateView } from './state/state.ts'
import type { StateShape } from './state/state-shape.ts'

/** The ports that the runtime provides to every service. Other ports are opened separately: see `_planners/open.ts`, `_models/open.ts`. */
export type RuntimePorts = {
  readonly agents: Agents
  readonly clock: Clock
  readonly objects: ObjectStore
  /** Runs pure functions that would block the event loop. */
  readonly workerPool: WorkerPool
}

/** The latest description of each agent. */
export type Agents = {
  readonly get: (agent: string) => AgentDescribed | undefined
  readonly all: () => readonly AgentDescribed[]
  /**
   * Waits briefly for an agent that was just registered. Throws FLY_AGENT if it does not appear, and then at once for every
   * record of that agent, until it is registered or a minute has passed.
   */
  readonly waitFor: (agent: string) => Promise<AgentDescribed>
}

/** The result of `decide`: events to emit, state changes (`value: null` deletes), and objects to store before the events are visible. */
export type Decision<S extends ServiceName> = {
  readonly emit?: readonly Outbound<S>[]
  readonly stateChanges?: readonly StateChange[]
  readonly objects?: readonly Uint8Array[]
}

/**
 * A service of the pipeline. `gather` is the only step that does I/O, calls a model or reads a clock; it has no access to state.
 * `decide` is a pure function of record, facts and state: the same input always gives the same result. `Ports` are the external
 * systems that the service uses; its `main.ts` and `services/all.ts` open them.
 */
export type Service<S extends ServiceName, Facts = undefined, Ports = object> = {
  readonly name: S
  /** Version label of the service's rule; part of derived ids. A new rule goes on with the state of the one before. */
  readonly version: string
  /** The shape of the values in its state, for a stateful service. */
  readonly stateShape?: StateShape
  readonly gather?: (inbound: Inbound<S>, ports: Ports, signal: AbortSignal) => Promise<Facts>
  readonly decide?: (inbound: Inbound<S>, facts: Facts, state: StateView) => Decision<S>
  /** HTTP routes and followed topics; opened before the first record is consumed. */
  readonly httpApi?: (context: HttpApiContext<S>, ports: Ports) => HttpApi<S>
}

/** What the HTTP API of a service may use. Each API selects the fields that it needs with `Pick`. */
export type HttpApiContext<S extends ServiceName> = {
  readonly settings: Settings
  /** Appends complete events, which are durable when it resolves. `headers` are added to each record, next to its trace headers. */
  readonly append: <T extends Writes<S>>(
    topic: T,
    events: readonly EventOf<T>[],
    headers?: Readonly<Record<string, string>>,
  ) => Promise<void>
  /** State of the partitions that are currently assigned to this process. */
  readonly partitionStates: () => readonly StateView[]
  /** Base URL of another service's HTTP API. */
  readonly urlOf: (service: ServiceName) => string
  /** Consumer lag of a service, per input partition. */
  readonly lag: (service: ServiceName) => Promise<readonly PartitionLag[]>
  /** Unresolved dead letters of a service, by the topic of the refused records; at most 10,000 together. */
  readonly countUnresolved: (
    service: ServiceName,
  ) => Promise<readonly { readonly topic: string; readonly records: number }[]>
  /** The committed positions of a service; partitions without a commit are left out. */
  readonly committedPositions: (service: ServiceName) => Promise<readonly Position[]>
  /** The positions of the first records appended at or after a time, in ms since 1970; the end of a partition without such a record. */
  readonly positionsAt: (topics: readonly string[], time: number) => Promise<readonly Position[]>
  /** The first offset of each partition, and the one after the last. */
  readonly bounds: (topics: readonly string[]) => Promise<readonly PartitionBounds[]>
  /** What this process has skipped of the topics that it follows since it started. */
  readonly skipped: () => readonly SkippedRecords[]
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

/**
 * Followed topics that grow with the traffic, of which the start reads only the newest records. Where older ones are left out,
 * `onLeftOut` is called before the first record, with the time since which none is, in ms since 1970.
 */
export type FollowedNewest<T extends string> = NewestLimit & {
  readonly topics: readonly T[]
  readonly onLeftOut: (since: number) => void
}

/** A record of a followed topic without an event: a deletion, or one that cannot be decoded. */
export type UnreadableRecord = Pick<LogRecord, 'topic' | 'timestamp' | 'headers'>

/** How many records of a followed topic could not be decoded, so that no view has them. */
export type SkippedRecords = { readonly topic: string; readonly code: FaultCode; readonly records: number }

export type HttpApi<S extends ServiceName> = {
  readonly routes?: (app: FastifyInstance) => void
  readonly onRecord?: (followed: FollowedEvent<S>) => void
  readonly onUnreadable?: (record: UnreadableRecord) => void
  /** The other followed topics are read from their beginning: they may grow with keys and decisions, and not with the traffic. */
  readonly newest?: FollowedNewest<Follows<S>>
  readonly close?: () => Promise<void>
}
