import { deadLetterTopic } from '#topology/derive/names.ts'
import type { ServiceName } from '#topology/types.ts'
import type { Fault } from './faults.ts'
import { canonical, deriveId, digest } from './identity.ts'
import type { LogRecord, NewRecord } from './log.ts'
import type { AnyService } from './service.ts'

/** Facts beyond this many characters go to the object store. */
const factsInline = 2_000

type Stamped = { readonly id: string; readonly parents: readonly string[]; readonly at: number; readonly agent: string }

/**
 * Completes what a service emits: identity derived from rule version, input and index, so that a replay makes the same
 * event; the time of the input; its parents; and the W3C trace of the input, or one derived from it.
 */
export function envelope(
  service: AnyService,
  input: { readonly id: string; readonly at: number },
  record: LogRecord,
  out: { readonly topic: string; readonly event: object; readonly parents?: readonly string[] },
  index: number,
): { topic: string; event: Stamped; headers: Record<string, string> } {
  const id = deriveId(service.version, input.id, index)
  const parents = [input.id, ...(out.parents ?? [])]
  const trace = /^00-([0-9a-f]{32})-/.exec(record.headers['traceparent'] ?? '')?.[1] ?? digest(input.id).slice(0, 32)
  return {
    topic: out.topic,
    event: { ...out.event, id, parents, at: input.at } as unknown as Stamped,
    headers: { traceparent: `00-${trace}-${digest(id).slice(0, 16)}-01` },
  }
}

/** A refused record as it came, with what is needed to mend and re-drive it. Never the text of the chat in a header. */
export function deadLetter(service: ServiceName, record: LogRecord, fault: Fault, attempts: number): NewRecord {
  return {
    topic: deadLetterTopic(record.topic, service),
    key: record.key,
    value: record.value,
    headers: {
      ...record.headers,
      'dlq.topic': record.topic,
      'dlq.partition': String(record.partition),
      'dlq.offset': String(record.offset),
      'dlq.code': fault.code,
      'dlq.reason': fault.message,
      'dlq.attempts': String(attempts),
      'dlq.first-seen': String(record.timestamp),
      ...(record.value && record.value.length >= 5 ? { 'dlq.schema-id': String(record.value.readUInt32BE(1)) } : {}),
    },
  }
}

/** What was seen beside a record, for replay; large facts become an object. */
export function recordDecision(
  service: ServiceName,
  record: LogRecord,
  inputId: string,
  facts: unknown,
  emitted: readonly { readonly event: { readonly id: string } }[],
) {
  const text = canonical(facts)
  const large = text.length > factsInline
  return {
    event: {
      id: deriveId('decisions/v1', service, inputId),
      service,
      topic: record.topic,
      partition: record.partition,
      offset: record.offset,
      inputId,
      facts: large ? digest(text) : text,
      large,
      outputs: emitted.map(({ event }) => event.id),
    },
    object: large ? Buffer.from(text) : undefined,
  }
}
