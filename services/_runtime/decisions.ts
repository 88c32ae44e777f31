import type { DecisionRecorded } from '#schemas/events.ts'
import { decisionsTopic } from '#topology/derive/names.ts'
import { services } from '#topology/map.ts'
import type { ServiceName } from '#topology/types.ts'
import type { Codec } from './codec.ts'
import { canonical, deriveId, digest } from './identity.ts'
import type { LogRecord, NewRecord } from './log.ts'
import { getJson, type ObjectStore } from './store.ts'

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
  const text = facts === undefined ? null : canonical(facts)
  const large = text !== null && text.length > inline
  const event: DecisionRecorded = {
    ...{ id: deriveId('decisions/v1', service, inputId), service, topic, partition, offset, inputId },
    ...{ facts: large ? digest(text) : text, large, outputs, remembered },
  }
  const written = { ...codec.record(decisionsTopic(service), event), partition }
  return large ? { record: written, object: Buffer.from(text) } : { record: written }
}

/** What `gather` had brought. FLY_OBJECT when it is large and its object is missing or damaged. */
export async function factsOf({ facts, large }: DecisionRecorded, objects: ObjectStore): Promise<unknown> {
  if (facts === null) return undefined
  return large ? getJson(objects, facts) : JSON.parse(facts)
}
