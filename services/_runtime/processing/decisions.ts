import type { DecisionRecorded } from '#schemas/events.ts'
import { decisionsTopic } from '#topology/derive/names.ts'
import { services } from '#topology/map.ts'
import type { ServiceName } from '#topology/types.ts'
import type { Codec } from '../codec/codec.ts'
import { canonicalJson, deriveId, digest } from '../core/identity.ts'
import type { LogRecord, NewRecord } from '../log/event-log.ts'
import { getJson, type ObjectStore } from '../objects/object-store.ts'

/** Facts beyond this many characters go to the object store: there equal ones are kept once. */
const maxInlineCharacters = 400

/** A record as it was decided. */
export type DecidedRecord = {
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
  { record, inputId, facts, outputs, remembered }: DecidedRecord,
  codec: Codec,
): { readonly record: NewRecord; readonly object?: Uint8Array } | undefined {
  if (facts === undefined && !services[service].stateful) return undefined
  const { topic, partition, offset } = record
  const { text, object } = encodeFacts(facts)
  const event: DecisionRecorded = {
    ...{ id: deriveId('decisions/v1', service, inputId), service, topic, partition, offset, inputId },
    ...{ facts: text, large: object !== undefined, outputs, remembered },
  }
  const written = { ...codec.record(decisionsTopic(service), event), partition }
  return object ? { record: written, object } : { record: written }
}

/** Facts as a decision has them: themselves, or the name of the object that holds them. */
type EncodedFacts = { readonly text: string | null; readonly object?: Uint8Array }

/** Of frozen facts: a service that sees the same thousands of times may bring one object for all of them. */
const encodedFactsCache = new WeakMap<object, EncodedFacts>()

function encodeFacts(facts: unknown): EncodedFacts {
  if (facts === undefined) return { text: null }
  if (typeof facts !== 'object' || facts === null) return serializeFacts(facts)
  const before = encodedFactsCache.get(facts)
  if (before) return before
  const written = serializeFacts(facts)
  if (Object.isFrozen(facts)) encodedFactsCache.set(facts, written)
  return written
}

function serializeFacts(facts: unknown): EncodedFacts {
  const text = canonicalJson(facts)
  return text.length > maxInlineCharacters ? { text: digest(text), object: Buffer.from(text) } : { text }
}

/** What `gather` had brought. FLY_OBJECT when it is large and its object is missing or damaged. */
export async function loadFacts({ facts, large }: DecisionRecorded, objects: ObjectStore): Promise<unknown> {
  if (facts === null) return undefined
  return large ? getJson(objects, facts) : JSON.parse(facts)
}
