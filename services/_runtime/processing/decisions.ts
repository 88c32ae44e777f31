import type { DecisionRecorded } from '#schemas/events.ts'
import { decisionsTopic } from '#topology/derive/names.ts'
import { services } from '#topology/map.ts'
import type { ServiceName } from '#topology/types.ts'
import type { Codec } from '../codec/codec.ts'
import { canonicalJson, deriveId, digest } from '../core/identity.ts'
import type { LogRecord, NewRecord } from '../log/event-log.ts'
import { getJson, type ObjectStore } from '../objects/object-store.ts'

/** Longer facts go to the object store, which stores equal contents once. */
const maxInlineCharacters = 400

/** A record and how it was decided. */
export type DecidedRecord = {
  readonly record: LogRecord
  /** Id of its event. */
  readonly inputId: string
  /** What `gather` returned. */
  readonly facts: unknown
  /** Ids of the events that were emitted. */
  readonly outputs: readonly string[]
  /** Number of keys in the state before the decision. */
  readonly remembered: number
}

/**
 * The record of a decision, for replays, and an object when its facts are large. It has the partition number of the input, so
 * that the order in the partition is the order of the decisions. Undefined when a replay does not need it, because the service
 * has neither facts nor state.
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
    id: deriveId('decisions/v1', service, inputId),
    service,
    topic,
    partition,
    offset,
    inputId,
    facts: text,
    large: object !== undefined,
    outputs,
    remembered,
  }
  const output = { ...codec.record(decisionsTopic(service), event), partition }
  return object ? { record: output, object } : { record: output }
}

/** `text` is the facts as JSON, or the digest of the object that holds them. */
type EncodedFacts = { readonly text: string | null; readonly object?: Uint8Array }

/** Encoded facts by object, for frozen objects: a service may return the same one for thousands of records. */
const encodedFactsCache = new WeakMap<object, EncodedFacts>()

function encodeFacts(facts: unknown): EncodedFacts {
  if (facts === undefined) return { text: null }
  if (typeof facts !== 'object' || facts === null) return serializeFacts(facts)
  const cached = encodedFactsCache.get(facts)
  if (cached) return cached
  const encoded = serializeFacts(facts)
  if (Object.isFrozen(facts)) encodedFactsCache.set(facts, encoded)
  return encoded
}

function serializeFacts(facts: unknown): EncodedFacts {
  const text = canonicalJson(facts)
  return text.length > maxInlineCharacters ? { text: digest(text), object: Buffer.from(text) } : { text }
}

/** The facts of a recorded decision. FLY_OBJECT when they are in an object that is missing or damaged. */
export async function loadFacts(
  { facts, large }: DecisionRecorded,
  objects: Pick<ObjectStore, 'get'>,
): Promise<unknown> {
  if (facts === null) return undefined
  return large ? getJson(objects, facts) : JSON.parse(facts)
}
