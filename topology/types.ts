import type { Events } from '#schemas/events.ts'
import type { services, topics } from './map.ts'

export type TopicName = keyof typeof topics
export type ServiceName = keyof typeof services

/** The event a topic carries. */
export type EventOf<T extends TopicName> = Events[(typeof topics)[T]['event']]

export type Reads<S extends ServiceName> = (typeof services)[S]['reads'][number]
export type Follows<S extends ServiceName> = (typeof services)[S]['follows'][number]
export type Writes<S extends ServiceName> = (typeof services)[S]['writes'][number]

/** Fields that the runtime sets on emitted events: derived id, parent ids, and the time of the fact. */
export type EnvelopeField = 'id' | 'parents' | 'at'

/** A decoded record that a service consumes; `topic` tells which event it is. */
export type Inbound<S extends ServiceName> = {
  [T in Reads<S>]: { readonly topic: T; readonly event: EventOf<T> }
}[Reads<S>]

/** An event that a service may write. A topic that the map does not give to the service does not compile. */
export type Outbound<S extends ServiceName> = {
  [T in Writes<S>]: {
    readonly topic: T
    readonly event: Omit<EventOf<T>, EnvelopeField>
    readonly parents?: readonly string[]
    /**
     * The latest time, in ms since 1970, of what else the event follows from, such as an entry of the state: its `at` is no earlier. The
     * time of the input need not be given.
     */
    readonly notBefore?: number | undefined
  }
}[Writes<S>]
