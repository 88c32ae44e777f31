import { serviceDefinitions } from '#topology/derive/definitions.ts'
import { deadLetterTopic, retryTopic } from '#topology/derive/names.ts'
import type { ServiceName } from '#topology/types.ts'
import type { Fault } from '../core/faults.ts'
import type { LogRecord, NewRecord } from '../log/event-log.ts'

/** What a dead letter's own headers are called. Any other came with the record. */
const ownHeaderNames = ['topic', 'partition', 'offset', 'code', 'reason', 'attempts', 'first-seen', 'schema-id'].map(
  name => `dlq.${name}`,
)

/** Characters of a reason: what room a dead letter has belongs to the record. */
const maxReasonLength = 500

/**
 * A refused record with its bytes and headers as they came, in its partition number, and what is needed to mend and re-drive
 * it: the fault, the attempts so far, and when and where it was first seen. Never the text of the chat in a header.
 */
export function deadLetter(service: ServiceName, record: LogRecord, fault: Fault, attempts: number): NewRecord {
  const { topic, offset, timestamp } = originalRecord(service, record)
  const { key, value, partition, headers } = record
  const before = record.topic === topic ? 0 : headerNumber(headers, 'dlq.attempts', 0)
  const schemaId = schemaIdOf(value)
  return {
    ...{ topic: deadLetterTopic(topic, service), partition, key, value },
    headers: {
      ...headers,
      'dlq.topic': topic,
      'dlq.partition': String(partition),
      'dlq.offset': String(offset),
      'dlq.code': fault.code,
      'dlq.reason': fault.message.slice(0, maxReasonLength).toWellFormed(),
      'dlq.attempts': String(before + attempts),
      'dlq.first-seen': String(timestamp),
      ...(schemaId !== null && { 'dlq.schema-id': String(schemaId) }),
    },
  }
}

/**
 * The record that a service has to decide. A re-driven one counts as the one that was refused, at the place and the time of
 * that; any other is itself, whatever its headers say.
 */
export function originalRecord(service: ServiceName, record: LogRecord): LogRecord {
  if (record.topic !== retryTopic(service)) return record
  const { headers } = record
  const [first = record.topic, ...others] = serviceDefinitions[service].reads
  return {
    ...record,
    // One that was put there by hand, and does not say what it is, is taken for the first.
    topic: others.find(name => name === headers['dlq.topic']) ?? first,
    offset: headerNumber(headers, 'dlq.offset', record.offset),
    timestamp: headerNumber(headers, 'dlq.first-seen', record.timestamp),
  }
}

/** A dead letter without the record's content: where it lies, and what its headers say. Times in ms since 1970. */
export type DeadLetterSummary = {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Of the last refusal. */
  readonly refusedAt: number
  readonly code: string
  readonly reason: string
  /** All refusals together. */
  readonly attempts: number
  readonly firstSeen: number
  readonly schemaId: number | null
  /** Where the record was first. */
  readonly origin: { readonly topic: string; readonly offset: number }
}

export function deadLetterSummary({
  topic,
  partition,
  offset,
  timestamp,
  value,
  headers,
}: LogRecord): DeadLetterSummary {
  return {
    ...{ topic, partition, offset, refusedAt: timestamp },
    code: headers['dlq.code'] ?? 'unknown',
    reason: headers['dlq.reason'] ?? '',
    attempts: headerNumber(headers, 'dlq.attempts', 0),
    firstSeen: headerNumber(headers, 'dlq.first-seen', timestamp),
    schemaId: schemaIdOf(value),
    origin: { topic: headers['dlq.topic'] ?? '', offset: headerNumber(headers, 'dlq.offset', -1) },
  }
}

/** A dead letter's own headers. */
export function ownHeaders(headers: LogRecord['headers']): LogRecord['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => ownHeaderNames.includes(name)))
}

function headerNumber(headers: LogRecord['headers'], name: string, otherwise: number): number {
  const number = Number(headers[name] || Number.NaN)
  return Number.isSafeInteger(number) ? number : otherwise
}

/** The registry's number in the wire format's head, where the bytes have one. */
const schemaIdOf = (value: Buffer | null): number | null =>
  value !== null && value.length >= 5 && value[0] === 0 ? value.readUInt32BE(1) : null
