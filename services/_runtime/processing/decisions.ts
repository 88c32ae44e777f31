import type { DecisionRecorded } from '#schemas/events.ts'
import { decisionsTopic } from '#topology/derive/names.ts'
import { services } from '#topology/map.ts'
import type { ServiceName } from '#topology/types.ts'
import type { Codec } from '../codec/codec.ts'
import { canonical, deriveId, digest } from '../core/identity.ts'
import type { LogRecord, NewRecord } from '../log/event-log.ts'
import { getJson, type ObjectStore } from '../objects/object-store.ts'

/** Facts beyond this many characters go to the object store: there equal ones are kept once. */
const inline = 400

/** A record as it was decided. */
export type Past = {
  readonly record: LogRecord
  /** Id of its event. */
  readonly inputId: string
  /** What `gather` brought. */
  readonly facts: unknown
  /** Ids of the events that followed. */
  readonly outputs: readonly string[]
  /** Keys in memory before. */
  readonly remembered: number
}

/**
 * What a decision leaves for its replay: a record, and an object where the facts are large. It lies in the partition number of
 * its input, so that the order of a partition is the order in which its task decided. Undefined where nothing can be
 * replayed: without facts, and without a memory that the next decisions stand on.
 */
export function recordDecision(
  service: ServiceName,
  { record, inputId, facts, outputs, remembered }: Past,
  codec: Codec,
): { readonly record: NewRecord; readonly object?: Uint8Array } | undefined {
  if (facts === undefined && !services[service].remembers) return undefined
  const { topic, partition, offset } = record
  const { text, object } = writtenFacts(facts)
  const event: DecisionRecorded = {
    ...{ id: deriveId('decisions/v1', service, inputId), service, topic, partition, offset, inputId },
    ...{ facts: text, large: object !== undefined, outputs, remembered },
  }
  const written = { ...codec.record(decisionsTopic(service), event), partition }
  return object ? { record: written, object } : { record: written }
}

/** Facts as a decision has them: themselves, or the name of the object that holds them. */
type Written = { readonly text: string | null; readonly object?: Uint8Array }

/** Of frozen facts: a service that sees the same thousands of times may bring one object for all of them. */
const known = new WeakMap<object, Written>()

function writtenFacts(facts: unknown): Written {
  if (facts === undefined) return { text: null }
  if (typeof facts !== 'object' || facts === null) return write(facts)
  const before = known.get(facts)
  if (before) return before
  const written = write(facts)
  if (Object.isFrozen(facts)) known.set(facts, written)
  return written
}

function write(facts: unknown): Written {
  const text = canonical(facts)
  return text.length > inline ? { text: digest(text), object: Buffer.from(text) } : { text }
}

/** What `gather` had brought. FLY_OBJECT when it is large and its object is missing or damaged. */
export async function factsOf({ facts, large }: DecisionRecorded, objects: ObjectStore): Promise<unknown> {
  if (facts === null) return undefined
  return large ? getJson(objects, facts) : JSON.parse(facts)
}
