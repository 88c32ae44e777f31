import { serviceDefinitions } from '#topology/derive/definitions.ts'
import type { Inbound, ServiceName } from '#topology/types.ts'
import { Fault } from '../core/faults.ts'
import type { FollowedEvent, FollowedNewest, HttpApi, HttpApiContext, Service } from '../service.ts'
import type { StateChange, StateView } from '../state/state.ts'
import type { StateShape } from '../state/state-shape.ts'
import type { FollowedRecord } from './follow-topics.ts'

/** An input: its event, and its topic, which for a retried record is the original one. */
export type AnyInbound = { readonly topic: string; readonly event: { readonly id: string; readonly at: number } }

/** The result of any `decide`. */
export type AnyDecision = {
  readonly emit?: readonly {
    readonly topic: string
    readonly event: object
    readonly parents?: readonly string[]
    readonly notBefore?: number | undefined
  }[]
  readonly stateChanges?: readonly StateChange[]
  readonly objects?: readonly Uint8Array[]
}

/** Name, versions and `decide` of a service: what a replay needs. */
export type Rule = {
  readonly name: ServiceName
  readonly version: string
  readonly stateShape?: StateShape
  readonly decide?: (inbound: AnyInbound, facts: unknown, state: StateView) => AnyDecision
}

/** A service without the types of its events and facts, so that the runtime can treat all services alike. */
export type AnyService<Ports> = Rule & {
  readonly gather?: (inbound: AnyInbound, ports: Ports, signal: AbortSignal) => Promise<unknown>
  readonly httpApi?: (context: HttpApiContext<ServiceName>, ports: Ports) => AnyHttpApi
}

export type AnyHttpApi = Omit<HttpApi<ServiceName>, 'onRecord' | 'newest'> & {
  readonly onRecord?: (followed: FollowedRecord) => void
  readonly newest?: FollowedNewest<string>
}

/** A service with its ports, as the runtime runs it. */
export type RunnableService = Rule & {
  readonly gather?: (inbound: AnyInbound, signal: AbortSignal) => Promise<unknown>
  readonly httpApi?: (context: HttpApiContext<ServiceName>) => AnyHttpApi
}

/**
 * Removes the type parameters of a service. What they guaranteed is checked at run time: the topic of a record must be one that
 * the service reads or follows (FLY_BUG otherwise), and the codec has checked the event against the schema of that topic.
 */
export function eraseTypes<S extends ServiceName, Facts, Ports>(service: Service<S, Facts, Ports>): AnyService<Ports> {
  const { name, version, stateShape, gather, decide, httpApi } = service
  return {
    name,
    version,
    ...(stateShape && { stateShape }),
    ...(gather && { gather: (inbound, ports, signal) => gather(inboundOf(name, inbound), ports, signal) }),
    // The cast is safe: the facts were returned by `gather` of this service, now or when the decision was recorded.
    ...(decide && { decide: (inbound, facts, state) => decide(inboundOf(name, inbound), facts as Facts, state) }),
    ...(httpApi && { httpApi: (context, ports) => eraseHttpApi(name, httpApi(context, ports)) }),
  }
}

export function withPorts<Ports>(service: AnyService<Ports>, ports: Ports): RunnableService {
  const { name, version, stateShape, gather, decide, httpApi } = service
  return {
    name,
    version,
    ...(stateShape && { stateShape }),
    ...(gather && { gather: (inbound, signal) => gather(inbound, ports, signal) }),
    ...(decide && { decide }),
    ...(httpApi && { httpApi: context => httpApi(context, ports) }),
  }
}

function eraseHttpApi<S extends ServiceName>(
  name: S,
  { routes, onRecord, onUnreadable, newest, close }: HttpApi<S>,
): AnyHttpApi {
  return {
    ...(routes && { routes }),
    ...(onRecord && {
      onRecord: followed => {
        if (isFollowed(name, followed)) onRecord(followed)
        else throw new Fault('FLY_BUG', `${name} does not follow ${followed.topic}`)
      },
    }),
    ...(onUnreadable && { onUnreadable }),
    ...(newest && { newest }),
    ...(close && { close }),
  }
}

function inboundOf<S extends ServiceName>(name: S, inbound: AnyInbound): Inbound<S> {
  if (isInbound(name, inbound)) return inbound
  throw new Fault('FLY_BUG', `${name} does not read ${inbound.topic}`)
}

const isInbound = <S extends ServiceName>(name: S, inbound: AnyInbound): inbound is AnyInbound & Inbound<S> =>
  serviceDefinitions[name].reads.some(topic => topic === inbound.topic)

const isFollowed = <S extends ServiceName>(
  name: S,
  followed: FollowedRecord,
): followed is FollowedRecord & FollowedEvent<S> =>
  serviceDefinitions[name].follows.some(topic => topic === followed.topic)
